import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { encodeBase64 } from '../base64.ts'
import { at, fillFrom, fillFromPreimage, removeFile, replaceFile, setAttributes, validator } from '../replace-file.ts'
import type { FileSpec, FileState } from './spec.ts'

export function steps({ verb, resource, have, fields }: Change<FileSpec, FileState>): Step {
  const spec = resource.spec
  const path = spec.path ?? resource.name
  const preimages = have === null ? [] : [{ path, sha256: have.sha256 }]
  if (verb === 'delete') {
    return { summary: `remove ${path}`, script: removeFile(at(path)), reversibility: 'exact', preimages }
  }
  const { mode = '0644', owner = 'root', group = 'root' } = spec
  const attributes = `${mode} ${owner}:${group}`
  if (verb === 'update' && fields.every((field) => field.path !== 'content')) {
    return {
      summary: `set ${path} to ${attributes}`,
      script: setAttributes(at(path), owner, group, mode),
      reversibility: 'exact',
    }
  }
  const size =
    spec.preimage !== undefined ? 'as it was, ' : spec.sensitive === true ? '' : `${bytesOf(spec).length} bytes, `
  return {
    summary: `write ${path} (${size}${attributes})`,
    script: replaceFile({
      locate: at(path),
      fill: fill(spec),
      mode,
      keepsAttributes: true,
      owner: sh`${owner}`,
      group: sh`${group}`,
      ...(spec.validate !== undefined && { validate: validator(spec.validate) }),
    }),
    reversibility: 'exact',
    ...(preimages.length > 0 && { preimages }),
  }
}

function fill(spec: FileSpec): Script {
  if (spec.preimage !== undefined) return fillFromPreimage(spec.preimage)
  const sensitive = spec.sensitive === true
  const written = fillFrom(spec.base64 ?? encodeBase64(bytesOf(spec)), sensitive)
  // What holds a secret has the digest of the text that names it.
  if (sensitive || spec.sha256 === undefined) return written
  return sh`${written}
got=$(sha256sum < "$t") || exit 1
[ "\${got%% *}" = ${spec.sha256} ] || fail 'what arrived is not what was sent'`
}

function bytesOf(spec: FileSpec): Uint8Array {
  if (spec.base64 !== undefined) return Uint8Array.from(atob(spec.base64), (c) => c.charCodeAt(0))
  return new TextEncoder().encode(spec.content ?? '')
}
