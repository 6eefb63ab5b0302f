import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { fetchTo } from '../fetch.ts'
import { at, fillFromPreimage, removeFile, replaceFile, setAttributes } from '../replace-file.ts'
import type { DownloadSpec, DownloadState } from './spec.ts'

export function steps({ verb, resource, have, fields }: Change<DownloadSpec, DownloadState>): Step {
  const { spec, name: path } = resource
  const kept = have === null ? {} : { preimages: [{ path, sha256: have.sha256 }] }
  if (verb === 'delete') {
    return { summary: `remove ${path}`, script: removeFile(at(path)), reversibility: 'exact', ...kept }
  }
  const { mode = '0644', owner = 'root', group = 'root' } = spec
  const attributes = `${mode} ${owner}:${group}`
  if (verb === 'update' && fields.every((field) => field.path !== 'checksum')) {
    return {
      summary: `set ${path} to ${attributes}`,
      script: setAttributes(at(path), owner, group, mode),
      reversibility: 'exact',
    }
  }
  const from = spec.preimage === undefined ? `fetch ${spec.url ?? ''} to ${path}` : `write ${path} as it was`
  return {
    summary: `${from} (${attributes})`,
    script: replaceFile({ locate: at(path), fill: fill(spec), mode, owner: sh`${owner}`, group: sh`${group}` }),
    reversibility: 'exact',
    ...kept,
  }
}

function fill(spec: DownloadSpec): Script {
  if (spec.preimage !== undefined) return fillFromPreimage(spec.preimage)
  return fetchTo({ ...spec, url: spec.url ?? '', checksum: spec.checksum ?? '' })
}
