import type { Discovered, Observation, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { readFileProbe } from '../file-output.ts'
import { fileProbe } from '../file-probe.ts'
import { probeUnowned, readUnowned } from '../found-files.ts'
import { missingTool, taggedLines, unparsable } from '../observed.ts'
import { parseJob } from './job-text.ts'
import { type CronSpec, type CronState, pathOf } from './spec.ts'

/** Jobs are short: their text is always read out, and compared by what it says. */
export function probe(specs: readonly CronSpec[]): Script {
  return fileProbe(specs.map((spec) => ({ path: pathOf(spec.name), wanted: 'none' })))
}

export function parse(specs: readonly CronSpec[], output: ProbeOutput): readonly Observation<CronState>[] {
  const paths = specs.map((spec) => pathOf(spec.name))
  const missing = taggedLines(output.stdout).find(({ tag }) => tag === 'missing')
  if (missing !== undefined) return specs.map(() => missingTool(missing.rest))
  const whole = output.stdout.endsWith('\nend\n')
  return readFileProbe(paths, output, 'a file').map((seen, i) => {
    if (seen.status !== 'present') return seen
    if (seen.excerpt === undefined && !whole) return unparsable(paths[i] ?? '')
    const { sha256 = '', mode, owner, group } = seen.state
    const job = seen.excerpt === undefined ? null : parseJob(seen.excerpt)
    return { status: 'present', state: { sha256, mode, owner, group, job } }
  })
}

/** Files with several jobs, and those of `crontab -e`, are left to the `file` type: bytes are the only thing that is true of them. */
export const discover = {
  probe: probeUnowned(read`"$R"/etc/cron.d/*`),
  parse(output: ProbeOutput): readonly Discovered<CronSpec>[] {
    return readUnowned(output).flatMap(({ path, seen }) => {
      const name = path.replace('/etc/cron.d/', '')
      if (seen.status !== 'present' || seen.excerpt === undefined || !/^[A-Za-z0-9_-]{1,100}$/.test(name)) return []
      const { mode, owner, group } = seen.state
      const job = parseJob(seen.excerpt)
      if (job === null || mode !== '0644' || owner !== 'root' || group !== 'root') return []
      const { environment, ...rest } = job
      return [{ spec: { name, ...rest, ...(Object.keys(environment).length > 0 && { environment }) } }]
    })
  },
}
