import type { Change, Step } from '../../model/resource.ts'
import { hostPath, type Script, sh } from '../../model/script.ts'
import { isBooted } from '../booted.ts'
import { awkLines, editFile } from '../part-of-file.ts'
import { at } from '../replace-file.ts'
import { step } from '../shell.ts'
import { reloadUnits } from '../unit-files.ts'
import { type Entry, encode, entryLine, entryOf, type MountSpec, type MountState } from './spec.ts'

/** What is busy stays as it is, with its line: nothing is forced, and nothing lazy. */
export function steps({ verb, resource, have }: Change<MountSpec, MountState>): Step {
  const spec = { ...resource.spec, path: resource.name }
  const { path, mounted = true } = spec
  const isMounted = have?.mounted === true
  if (verb === 'delete') {
    const script = step(sh`${isMounted ? unmount(path) : sh`:`}
${have?.entry ? table(path, null, true) : sh`:`} || exit 1
${reloadUnits}`)
    return { summary: `${isMounted ? 'unmount' : 'remove'} ${path}`, script, ...taken(path, have, false) }
  }
  const entry = entryOf(spec)
  // Another device or type takes another mount; other options are told to the one that is there.
  const fresh = isMounted && (have.live?.type !== entry.type || have.entry?.device !== entry.device) && !isBind(entry)
  const anew = fresh || (isMounted && isBind(entry) && have.entry?.device !== entry.device)
  const verbs = mounted && !isMounted ? 'mount' : !mounted && isMounted ? 'unmount' : 'change the mount'
  return {
    summary: `${verbs} ${path} (${entry.type} ${entry.device})`,
    script:
      step(sh`${mounted && !isMounted ? sh`[ -d ${hostPath(path)} ] || fail ${`the folder ${path} is missing`}` : sh`:`}
${isMounted && (anew || !mounted) ? unmount(path) : sh`:`}
${table(path, entry, spec.asItWas === true)} || exit 1
back() { ${table(path, have?.entry ?? null, true)}; ${reloadUnits}; ${isMounted ? bring(path, 'mount') : sh`:`}; exit 1; }
(
${reloadUnits}
) || back
${mounted ? bring(path, isMounted && !anew ? 'remount' : 'mount') : sh`:`} || back`),
    ...taken(path, have, anew),
  }
}

/** How the step is taken back. What is mounted over a home hides the keys that open it. */
function taken(
  path: string,
  have: MountState | null,
  anew: boolean,
): Pick<Step, 'reversibility' | 'inverse' | 'access'> {
  const wasMounted = have?.mounted === true
  const inverse = step(sh`${anew || !wasMounted ? sh`if ${isThere(path)}; then ${unmount(path)}; fi` : sh`:`}
${table(path, have?.entry ?? null, true)} || exit 1
${reloadUnits}
${wasMounted ? sh`if ${isThere(path)}; then ${bring(path, 'remount')}; else ${bring(path, 'mount')}; fi || exit 1` : sh`:`}`)
  const hides = /^\/(home|root|var|usr|opt|tmp)(\/[^/]+)?$/.test(path)
  return { reversibility: 'inverse', inverse, ...(hides && { access: true }) }
}

/** A condition: something is mounted there. */
const isThere = (path: string): Script =>
  sh`{ ${runs} && AT=${encode(path)} awk '$5 == ENVIRON["AT"] { f = 1 } END { exit !f }' "$R/proc/self/mountinfo"; }`

const isBind = ({ options }: Entry): boolean => options.includes('bind') || options.includes('rbind')

const unmount = (path: string): Script => sh`if ${runs}; then
  umount -- ${hostPath(path)} || fail ${`${path} is busy, or can't be unmounted`}
fi`

const runs = sh`${isBooted} && [ -r "$R/proc/self/mountinfo" ]`

/** By the line that stands in fstab now. */
const bring = (path: string, how: 'mount' | 'remount'): Script => sh`(
if ${runs}; then
  if grep -q "^[^#]*[[:blank:]]"${pattern(path)}"/*[[:blank:]]" ${hostPath('/etc/fstab')}; then
    mount \${R:+--fstab "$R/etc/fstab" --target-prefix "$R"} ${how === 'remount' ? sh`-o remount` : sh``} -- ${path} </dev/null || exit 1
  fi
fi
)`

/** A path as grep finds it and nothing else. */
const pattern = (path: string): string => encode(path).replaceAll(/[.[\]*^$\\]/g, '\\$&')

/** Writes one line of fstab in its place, or at the end; the others stay as they are. */
function table(path: string, entry: Entry | null, asItWas: boolean): Script {
  const own = encode(path)
  const checked = entry !== null && !asItWas
  return sh`(
${editFile({
  locate: at('/etc/fstab'),
  edit: sh`FIN=$fin OWN=${own} LINE=${entry === null ? '' : entryLine(path, entry)} awk '${awkLines}
function about(  p) { p = $2; if (p != "/") sub("/+$", "", p); return !/^[ \\t]*#/ && NF >= 3 && p == ENVIRON["OWN"] }
about() { if (ENVIRON["LINE"] != "" && !done) ours(ENVIRON["LINE"]); done = 1; next }
{ out($0) }
END { if (!done && ENVIRON["LINE"] != "") ours(ENVIRON["LINE"]); finish() }' < "$old" > "$t" || exit 1
${checked ? check(own) : sh`:`}`,
  create: true,
})}
)`
}

/** What findmnt says of our line; a device or folder that is missing would keep the host from starting. */
const check = (own: string): Script => sh`if [ -z "$R" ] && command -v findmnt >/dev/null; then
  bad=$(findmnt --verify --tab-file ./new 2>/dev/null | OWN=${own} awk '
    /^[^ ]/ { on = $0 == ENVIRON["OWN"] }
    on && /\\[E\\]/ { sub(/^ *\\[E\\] */, ""); print }')
  [ -z "$bad" ] || fail ${'the line of fstab would not work: '}"$bad"
fi`
