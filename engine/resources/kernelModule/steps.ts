import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { at, removeFile, replaceFile } from '../replace-file.ts'
import { step } from '../shell.ts'
import { loadFile, type ModuleSpec, type ModuleState, probeFile } from './spec.ts'

/** What our files shall say. */
type Files = Pick<ModuleState, 'boot' | 'blacklist' | 'parameters'>

export function steps({ verb, resource, have, fields }: Change<ModuleSpec, ModuleState>): Step {
  const { name, spec } = resource
  const inverse = takeBack(name, have, verb !== 'delete' && fields.some((f) => f.path === 'loaded'))
  if (verb === 'delete') {
    return { summary: `no longer keep the module ${name}`, script: removeAll(name), reversibility: 'inverse', inverse }
  }
  const files = filesWanted(spec)
  const { loaded } = spec
  // Both files or none, and what can't be loaded is not kept either.
  const orBack = sh`{ ${have?.own ? put(name, have) : removeAll(name)}; exit 1; }`
  const load = loaded !== undefined && have?.loaded !== loaded ? sh`( ${setLoaded(name, loaded)} ) || ${orBack}` : sh`:`
  const onlyLoaded = fields.length > 0 && fields.every((f) => f.path === 'loaded')
  return {
    summary: onlyLoaded
      ? `${loaded ? 'load' : 'unload'} the module ${name}`
      : `keep the module ${name}: ${phrase(spec, files)}`,
    script: step(sh`${onlyLoaded ? sh`:` : spec.own === false ? removeAll(name) : put(name, files)} || ${orBack}
${load}`),
    reversibility: 'inverse',
    inverse,
  }
}

export const filesWanted = ({ boot, blacklist = false, parameters = {} }: ModuleSpec): Files => ({
  boot: boot ?? !blacklist,
  blacklist,
  parameters: Object.fromEntries(Object.entries(parameters).map(([k, v]) => [k, String(v)])),
})

function phrase({ loaded }: ModuleSpec, { boot, blacklist, parameters }: Files): string {
  return [
    ...(boot ? ['loaded at each start'] : []),
    ...(blacklist ? ['never loaded by itself'] : []),
    ...Object.entries(parameters).map(([k, v]) => `${k}=${v}`),
    ...(loaded === undefined ? [] : [loaded ? 'loaded now' : 'not loaded now']),
  ].join(', ')
}

function takeBack(name: string, have: ModuleState | null, loads: boolean): Script {
  const files = have?.own ? put(name, have) : removeAll(name)
  const load = loads && have !== null && have.loaded !== null ? setLoaded(name, have.loaded) : sh`:`
  return step(sh`${load}
${files} || exit 1`)
}

function put(name: string, { boot, blacklist, parameters }: Files): Script {
  const options = Object.entries(parameters).map(([k, v]) => `${k}=${v}`)
  const lines = [
    ...(blacklist ? [`blacklist ${name}`] : []),
    ...(options.length > 0 ? [`options ${name} ${options.join(' ')}`] : []),
  ]
  // One of ours is there, whatever it says: that is how we know it again.
  const load = boot || lines.length === 0 ? write(loadFile(name), boot ? [name] : []) : removeFrom(loadFile(name))
  return step(sh`${load} || exit 1
${lines.length > 0 ? write(probeFile(name), lines) : removeFrom(probeFile(name))} || exit 1`)
}

const removeAll = (name: string): Script =>
  step(sh`${removeFrom(loadFile(name))} || exit 1
${removeFrom(probeFile(name))} || exit 1`)

const removeFrom = (path: string): Script =>
  removeFile(sh`${at(path)}
[ -e "$p" ] || exit 0`)

function write(path: string, lines: readonly string[]): Script {
  return step(sh`${at(path)}
mkdir -p "\${p%/*}" || exit 1
${replaceFile({
  locate: at(path),
  fill: sh`printf '%s\n' ${['# Kept by Plumbline. Changes here are undone.', ...lines]} > "$t" || exit 1`,
  mode: '0644',
  owner: sh`0`,
  group: sh`0`,
})} || exit 1`)
}

/** Of a target that does not run, the kernel is not its own. */
const setLoaded = (name: string, loaded: boolean): Script =>
  sh`[ -n "$R" ] || modprobe ${loaded ? [] : ['-r']} -- ${name} || exit 1`
