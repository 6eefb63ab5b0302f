import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { step } from '../shell.ts'
import type { GroupSpec, GroupState } from './spec.ts'

export function steps({ verb, resource, have }: Change<GroupSpec, GroupState>): Step {
  const { gid, system } = resource.spec
  const name = resource.name
  if (verb === 'delete') {
    return {
      summary: `remove the group ${name}`,
      script: remove(name),
      // Who was in it is not written down.
      reversibility: 'best-effort',
      ...(have !== null && { inverse: add(name, have.gid, false) }),
    }
  }
  if (verb === 'update' && gid !== undefined) {
    return {
      summary: `set the number of the group ${name} to ${gid}`,
      script: renumber(name, gid),
      reversibility: 'inverse',
      ...(have !== null && { inverse: renumber(name, have.gid) }),
    }
  }
  return {
    summary: `add the group ${name}${gid === undefined ? '' : ` (${gid})`}`,
    script: add(name, gid, system === true),
    reversibility: 'inverse',
    inverse: remove(name),
  }
}

function add(name: string, gid: number | undefined, system: boolean): Script {
  const options = [...(gid === undefined ? [] : ['-g', String(gid)]), ...(system ? ['-r'] : [])]
  return step(sh`groupadd \${R:+--prefix "$R"} ${options} ${name} || exit 1`)
}

const renumber = (name: string, gid: number): Script =>
  step(sh`groupmod \${R:+--prefix "$R"} -g ${gid} ${name} || exit 1`)

const remove = (name: string): Script => step(sh`groupdel \${R:+--prefix "$R"} ${name} || exit 1`)
