import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { encodeBase64 } from '../base64.ts'
import { at, fillFrom, fillFromPreimage, removeFile, replaceFile, setAttributes } from '../replace-file.ts'
import { step } from '../shell.ts'
import { sourceText } from './source-text.ts'
import { pathOf, type RepositorySpec, type RepositoryState } from './spec.ts'

export function steps({ verb, resource, have, fields }: Change<RepositorySpec, RepositoryState>): Step {
  const { spec, name } = resource
  const path = pathOf(name)
  const kept = have === null ? {} : { preimages: [{ path, sha256: have.sha256 }] }
  if (verb === 'delete') {
    return {
      summary: `remove the package source ${name}`,
      script: removeFile(at(path)),
      reversibility: 'exact',
      ...kept,
    }
  }
  if (verb === 'update' && fields.length > 0 && fields.every((f) => f.path !== 'content')) {
    const script = setAttributes(at(path), 'root', 'root', '0644')
    return { summary: `set the package source ${name} to 0644 root:root`, script, reversibility: 'exact' }
  }
  const text = sourceText(spec)
  const fill = spec.preimage === undefined ? fillText(text) : fillFromPreimage(spec.preimage)
  const from = spec.preimage === undefined ? (spec.uris ?? []).join(', ') : 'as it was'
  return {
    summary: `${verb === 'create' ? 'add' : 'change'} the package source ${name} (${from})`,
    script: step(sh`command -v apt-get >/dev/null || fail 'the host has no apt-get'
${put(path, fill)} || exit 1
if ! ${update(name)}; then
  ${have === null ? removeFile(at(path)) : put(path, fillFromPreimage(have.sha256))} || exit 1
  fail ${`the package source ${name} can't be read, so it was taken back`}
fi`),
    reversibility: 'exact',
    ...kept,
  }
}

const fillText = (text: string): Script => fillFrom(encodeBase64(new TextEncoder().encode(text)), false)

/** apt has read the file before it counts: one that it can't read stops every use of apt on the host. */
function put(path: string, fill: Script): Script {
  return replaceFile({
    locate: at(path),
    fill,
    mode: '0644',
    owner: sh`root`,
    group: sh`root`,
    validate: sh`cp "$t" ./old.sources || exit 1
apt-get \${R:+-o RootDir="$R"} -o Dir::Etc::sourcelist="\${PWD#"$R"}/old.sources" -o Dir::Etc::sourceparts=- indextargets >/dev/null
c=$?
rm -f ./old.sources
[ "$c" -eq 0 ] || fail 'apt can not read the new source'`,
  })
}

/** Reads this source alone: another one that is broken is not its fault. Lists of the others stay. */
const update = (name: string): Script =>
  sh`timeout -k 5 300 apt-get \${R:+-o RootDir="$R"} -o Dir::Etc::sourcelist=sources.list.d/${name}.sources -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0 -o DPkg::Lock::Timeout=60 -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 --error-on=any -q update >&2`
