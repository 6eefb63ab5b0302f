import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { at, removeFile, replaceFile } from '../replace-file.ts'
import { step } from '../shell.ts'
import type { HostnameSpec, HostnameState } from './spec.ts'

export function steps({ resource, have }: Change<HostnameSpec, HostnameState>): Step {
  const { name } = resource.spec
  const back = have === null ? removeFile(at('/etc/hostname')) : write(have.static)
  return {
    summary: `name the host ${name}${have === null ? '' : ` instead of ${have.static}`}`,
    script: step(sh`${write(name)} || exit 1
${tell(name)}`),
    reversibility: have === null ? 'best-effort' : 'inverse',
    inverse: step(sh`${back} || exit 1
${have === null || have.running === null ? sh`:` : tell(have.running)}`),
  }
}

const write = (name: string): Script =>
  replaceFile({
    locate: at('/etc/hostname'),
    fill: sh`printf '%s\n' ${name} > "$t" || exit 1`,
    mode: '0644',
    owner: sh`0`,
    group: sh`0`,
  })

/** A target that does not run has a kernel of another host. */
const tell = (name: string): Script => sh`if [ -z "$R" ]; then
  if command -v hostname >/dev/null; then hostname ${name} || exit 1
  else printf '%s\n' ${name} > /proc/sys/kernel/hostname || exit 1
  fi
fi`
