import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { concat, step } from '../shell.ts'
import { managers } from './managers.ts'
import type { PackageManager } from './package-manager.ts'
import type { PackageSpec, PackageState } from './spec.ts'

export function steps({ verb, resource, have }: Change<PackageSpec, PackageState>): Step {
  const { name } = resource
  const { version } = resource.spec
  if (verb === 'delete') {
    return {
      summary: `remove ${name}${have === null ? '' : ` ${have.version}`}, keeping its configuration`,
      script: onHost((m) => m.remove(name)),
      reversibility: 'best-effort',
      ...(have !== null && { inverse: onHost((m) => m.install(name, have.version)) }),
    }
  }
  const to = version === undefined ? '' : ` ${version}`
  const summary =
    have === null ? `install ${name}${to}` : `change ${name} from ${have.version} to${to || ' a whole one'}`
  return {
    summary,
    script: onHost((m) => m.install(name, version ?? (have?.status === 'installed' ? have.version : undefined))),
    reversibility: 'best-effort',
    inverse: onHost((m) => (have === null ? m.remove(name) : m.install(name, have.version))),
  }
}

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
