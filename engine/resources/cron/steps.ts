import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { encodeBase64 } from '../base64.ts'
import { at, fillFrom, fillFromPreimage, removeFile, replaceFile, setAttributes } from '../replace-file.ts'
import { jobText } from './job-text.ts'
import { type CronSpec, type CronState, jobOf, type Kept, pathOf } from './spec.ts'

export function steps({ verb, resource, have, fields }: Change<CronSpec, CronState>): Step {
  const { spec, name } = resource
  const path = pathOf(name)
  const preimages = have === null ? {} : { preimages: [{ path, sha256: have.sha256 }] }
  if (verb === 'delete') {
    return { summary: `remove the job ${name}`, script: removeFile(at(path)), reversibility: 'exact', ...preimages }
  }
  if (spec.kept !== undefined) {
    const script = put(path, fillFromPreimage(spec.kept.sha256), spec.kept)
    return { summary: `bring back the job ${name} as it was`, script, reversibility: 'exact', ...preimages }
  }
  if (verb === 'update' && fields.every((f) => ['mode', 'owner', 'group'].includes(f.path))) {
    const script = setAttributes(at(path), 'root', 'root', '0644')
    return { summary: `set the job ${name} to 0644 root:root`, script, reversibility: 'exact' }
  }
  const job = jobOf(spec)
  const fill = fillFrom(encodeBase64(new TextEncoder().encode(jobText(job))), false)
  return {
    summary: `${verb === 'create' ? 'add' : 'change'} the job ${name} (${job.schedule}, as ${job.user})`,
    script: sh`${hasAccount(job.user)}
${put(path, fill, { mode: '0644', owner: 'root', group: 'root' })}`,
    reversibility: 'exact',
    ...preimages,
  }
}

function put(path: string, fill: Script, { mode, owner, group }: Omit<Kept, 'sha256'>): Script {
  return replaceFile({ locate: at(path), fill, mode, owner: sh`${owner}`, group: sh`${group}` })
}

/** cron drops the whole file of a job whose account is not there, and says so in a log that nobody reads. */
const hasAccount = (user: string): Script => sh`(
u=${user}
if [ -n "$R" ]; then U=$u awk -F: '$1 == ENVIRON["U"] { f = 1 } END { exit !f }' "$R/etc/passwd"
else id -u -- "$u" >/dev/null 2>&1
fi || { printf 'there is no account %s for the job\n' "$u" >&2; exit 1; }
) || exit 1`
