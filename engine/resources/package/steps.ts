import { canonicalJson } from '../../model/canonical.ts'
import type { Change, Step } from '../../model/resource.ts'
import { join, type Script, sh } from '../../model/script.ts'
import { concat, step } from '../shell.ts'
import { managers } from './managers.ts'
import type { PackageManager } from './package-manager.ts'
import type { PackageSpec, PackageState, Pin } from './spec.ts'

export function steps({ verb, resource, have, fields }: Change<PackageSpec, PackageState>): Step {
  const { name, spec } = resource
  const { version } = spec
  if (verb === 'delete') {
    return {
      summary: `remove ${name}${have === null ? '' : ` ${have.version}`}, keeping its configuration`,
      script: onHost((m) => join([...unpin(m, name, have), ...unhold(m, name, have), m.remove(name)])),
      reversibility: 'best-effort',
      ...(have !== null && {
        inverse: onHost((m) => bring(m, name, { version: have.version, ...wishOf(have) }, null, true)),
      }),
    }
  }
  const installs = have === null || fields.some((field) => field.path === 'version' || field.path === 'status')
  const to = version ?? (have?.status === 'installed' ? have.version : undefined)
  const after: Wish = {
    ...(to !== undefined && { version: to }),
    ...(spec.pin !== undefined && { pin: spec.pin }),
    // An installation may forget that the package is held.
    hold: spec.hold ?? have?.hold ?? false,
  }
  const before: Wish = { ...(have !== null && { version: have.version }) }
  return {
    summary: summaryOf(name, spec, have, installs),
    script: onHost((m) => bring(m, name, after, have, installs)),
    reversibility: installs ? 'best-effort' : 'inverse',
    inverse: onHost((m) =>
      have === null
        ? join([...unpin(m, name, spec), ...unhold(m, name, spec), m.remove(name)])
        : join([
            ...(spec.pin !== undefined && have.pin === undefined ? unpin(m, name, spec) : []),
            bring(m, name, { ...before, ...wishOf(have) }, { hold: after.hold === true }, installs),
          ]),
    ),
  }
}

interface Wish {
  readonly version?: string
  readonly hold?: boolean
  readonly pin?: Pin | null
}

const wishOf = ({ hold, pin }: PackageState): Wish => ({ hold: hold === true, ...(pin !== undefined && { pin }) })

function summaryOf(
  name: string,
  { version, hold, pin }: PackageSpec,
  have: PackageState | null,
  installs: boolean,
): string {
  const words = [
    ...(hold === undefined || hold === (have?.hold ?? false) ? [] : [hold ? 'hold it' : 'hold it no more']),
    ...(pin === undefined || (have?.pin !== undefined && canonicalJson(have.pin) === canonicalJson(pin))
      ? []
      : [pin === null ? 'pin it no more' : `pin it to ${pin.pin}`]),
  ]
  const to = version === undefined ? '' : ` ${version}`
  if (!installs) return `${name}: ${words.join(', ')}`
  const what = have === null ? `install ${name}${to}` : `change ${name} from ${have.version} to${to || ' a whole one'}`
  return [what, ...words].join(', ')
}

/** The pin first, since it decides what is installed; the hold last, since it is about what is then there. */
function bring(
  m: PackageManager,
  name: string,
  wish: Wish,
  have: { readonly hold?: boolean } | null,
  installs: boolean,
): Script {
  const holds = wish.hold === true ? installs || have?.hold !== true : have?.hold === true && wish.hold === false
  return join([
    ...(wish.pin === undefined || (wish.pin === null && m.pin === undefined)
      ? []
      : [orFail(m.pin?.(name, wish.pin ?? undefined) ?? sh`fail ${`${m.name} knows no pins`}`)]),
    ...(installs ? [orFail(m.install(name, wish.version))] : []),
    ...(holds ? [orFail(m.hold(name, wish.hold === true))] : []),
    sh`:`,
  ])
}

const unpin = (m: PackageManager, name: string, of: { readonly pin?: Pin | null } | null): readonly Script[] =>
  of?.pin === undefined || of.pin === null || m.pin === undefined ? [] : [orFail(m.pin(name, undefined))]

const unhold = (m: PackageManager, name: string, of: { readonly hold?: boolean } | null): readonly Script[] =>
  of?.hold === true ? [orFail(m.hold(name, false))] : []

const orFail = (script: Script): Script => concat([script, sh` || exit 1`])

/** The host knows best which manager it has. */
function onHost(script: (manager: PackageManager) => Script): Script {
  const branches = managers.map(
    (m) => sh`elif ${m.detect}; then
${script(m)}
`,
  )
  return step(sh`if false; then :
${concat(branches)}else fail 'no package manager was found'
fi`)
}
