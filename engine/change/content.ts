import { type Digest, digestOf, type Sha256 } from '../model/canonical.ts'
import { compareText } from '../model/diagnostic.ts'

/** One path that differs between two trees, as git sees it. */
export interface PatchEntry {
  readonly path: string
  readonly before?: { readonly mode: string; readonly id: string }
  readonly after?: { readonly mode: string; readonly id: string }
}

/**
 * Digest of a patch (base tree → merge tree): path, mode and blob pairs in the order of paths. It stays the same when the
 * base moves elsewhere, so it tells whether the lines that people agreed to are still the lines that are merged.
 */
export function contentDigest(patch: readonly PatchEntry[], sha256: Sha256): Digest {
  const side = (s: PatchEntry['before']) => (s === undefined ? null : [s.mode, s.id])
  const entries = [...patch].sort((a, b) => compareText(a.path, b.path))
  return digestOf(
    sha256,
    entries.map((e) => [e.path, side(e.before), side(e.after)]),
  )
}
