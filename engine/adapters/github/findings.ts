import { gzipSync } from 'node:zlib'
import type { Call } from './api.ts'
import { isHidden } from './github-error.ts'

/** Code scanning takes SARIF packed and in base64; false where the repository does not have it. */
export async function uploadFindings(
  call: Call,
  upload: { readonly commit: string; readonly ref: string; readonly sarif: string },
): Promise<boolean> {
  const { commit, ref } = upload
  const sarif = gzipSync(upload.sarif).toString('base64')
  try {
    await call.ask('uploading findings', (rest, at) =>
      rest.codeScanning.uploadSarif({
        ...{ ...at, commit_sha: commit, ref, sarif },
        // Done twice, the later one counts.
        request: { ...at.request, repeatable: true },
      }),
    )
    return true
  } catch (error) {
    if (isHidden(error)) return false
    throw error
  }
}
