import type { Change, Step } from '../../model/resource.ts'
import { hostPath, type Script, sh } from '../../model/script.ts'
import { at, removeFile, replaceFile } from '../replace-file.ts'
import { step } from '../shell.ts'
import { fileName, fileOf, kernelPath, type SysctlSpec, type SysctlState } from './spec.ts'

const heading = '# Kept by Plumbline. Changes here are undone.'

export function steps({ verb, resource, have }: Change<SysctlSpec, SysctlState>): Step {
  const key = resource.name
  const { value = '', file } = resource.spec
  if (verb === 'delete') {
    return {
      summary: `no longer set ${key}`,
      script: giveBack(key),
      reversibility: 'inverse',
      ...(have !== null && { inverse: back(key, have) }),
    }
  }
  const wanted = String(value)
  const kept = file !== undefined && file !== fileOf(key)
  return {
    summary: `set ${key} to ${wanted}${kept ? `, which ${file} keeps` : ''}`,
    script: kept ? leave(key, wanted) : put(key, wanted, have?.file ?? null),
    reversibility: 'inverse',
    inverse: have === null ? giveBack(key) : back(key, have),
  }
}

/** As it was, in the kernel and in files. */
function back(key: string, { live, persisted, file }: SysctlState): Script {
  if (persisted === null || file !== fileOf(key)) return leave(key, live)
  return put(key, persisted, null, live ?? persisted)
}

/** The kernel first: what it does not take is not written down. Then a file that sorts behind all others and notes what the kernel had before. */
function put(key: string, value: string, decides: string | null, live: string = value): Script {
  const later = decides?.split('/').at(-1) ?? ''
  const overridden = later > fileName(key)
  return step(sh`${overridden ? sh`fail ${`${decides} is read later and sets ${key} as well`}` : sh`:`}
f=${hostPath(fileOf(key))} k=${hostPath(kernelPath(key))}
was=
[ ! -f "$f" ] || was=$(sed -n 's/^# Before: //p' "$f") || exit 1
if ${runs}; then
  [ -e "$k" ] || fail ${`the kernel knows no ${key}; the module that brings it may not be loaded`}
  [ -f "$f" ] || was=$(cat < "$k") || exit 1
  ${setLive(live)}
fi
mkdir -p "\${f%/*}" || exit 1
${replaceFile({
  locate: at(fileOf(key)),
  fill: sh`printf '%s\n# Before: %s\n%s = %s\n' ${heading} "$was" ${key} ${value} > "$t" || exit 1`,
  mode: '0644',
  owner: sh`0`,
  group: sh`0`,
})} || exit 1`)
}

/** Our file goes, and the kernel gets back what it had before we wrote one. */
function giveBack(key: string): Script {
  return step(sh`f=${hostPath(fileOf(key))} k=${hostPath(kernelPath(key))}
was=
[ ! -f "$f" ] || was=$(sed -n 's/^# Before: //p' "$f") || exit 1
if [ -n "$was" ] && [ -e "$k" ] && ${runs}; then ${setLive(sh`"$was"`)}; fi
${removeFile(at(fileOf(key)))} || exit 1`)
}

/** Our file goes, if there is one, and the kernel is told what another file keeps, or what it had. */
function leave(key: string, live: string | null): Script {
  return step(sh`k=${hostPath(kernelPath(key))}
${live === null || live === '' ? sh`:` : sh`if [ -e "$k" ] && ${runs}; then ${setLive(live)}; fi`}
${removeFile(at(fileOf(key)))} || exit 1`)
}

const setLive = (value: string | Script): Script =>
  sh`{ printf '%s\n' ${value} > "$k"; } || fail "the kernel does not take that value"`

/** A condition: the kernel below \`$R\` is one that is set at once. A rescue mount shows ours, which is not meant. */
const runs: Script = sh`[ -d "$R/proc/sys" ] && { [ -z "$R" ] || ! [ "$R/proc/sys" -ef /proc/sys ]; }`
