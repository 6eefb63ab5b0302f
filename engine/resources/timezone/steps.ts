import type { Change, Step } from '../../model/resource.ts'
import { hostPath, type Script, sh } from '../../model/script.ts'
import { at, replaceFile } from '../replace-file.ts'
import { step } from '../shell.ts'
import type { TimezoneSpec, TimezoneState } from './spec.ts'

export function steps({ resource, have }: Change<TimezoneSpec, TimezoneState>): Step {
  const { zone } = resource.spec
  return {
    summary: `set the time zone to ${zone}${have === null || have.zone === zone ? '' : ` instead of ${have.zone}`}`,
    script: put(zone, zone),
    reversibility: 'inverse',
    inverse: have === null ? step(sh`rm -f -- ${hostPath('/etc/localtime')} || exit 1`) : put(have.zone, have.file),
  }
}

/** The link is made anew beside the old one and renamed: no program finds none. */
function put(zone: string, file: string | null): Script {
  const write = replaceFile({
    locate: at('/etc/timezone'),
    fill: sh`printf '%s\n' ${file ?? zone} > "$t" || exit 1`,
    mode: '0644',
    owner: sh`0`,
    group: sh`0`,
  })
  return step(sh`[ -f ${hostPath(`/usr/share/zoneinfo/${zone}`)} ] || fail ${`the host has no time zone ${zone}; it may lack tzdata`}
l=${hostPath('/etc/localtime')}
[ -L "$l" ] || [ ! -e "$l" ] || fail "$l is no symbolic link"
w=$(mktemp -d "\${l%/*}/.plumbline.XXXXXX") || exit 1
trap 'rm -f "$w/new"; rmdir "$w" 2>/dev/null' EXIT
trap 'exit 1' HUP INT TERM
ln -s -- ${`/usr/share/zoneinfo/${zone}`} "$w/new" || exit 1
[ ! -e ${hostPath('/etc/timezone')} ] || ${write} || exit 1
mv -fT -- "$w/new" "$l" || exit 1
sync "\${l%/*}" 2>/dev/null || :`)
}
