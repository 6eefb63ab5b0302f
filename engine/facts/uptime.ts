import { read } from '../model/script.ts'
import { fact, numberOf, running, tagged } from './fact.ts'

/** When the host was started, by its own clock. */
export const uptime = fact(
  'uptime',
  [
    running,
    read`read -r seconds _ </proc/uptime
printf 'seconds %s\n' "$seconds"
while read -r word value _; do [ "$word" != btime ] || printf 'since %s\n' "$value"; done </proc/stat`,
  ],
  (stdout) => {
    const [seconds, since] = ['seconds', 'since'].map((tag) => numberOf(tagged(stdout, tag)[0]))
    if (seconds === undefined || since === undefined) return undefined
    return { since: new Date(since * 1000).toISOString(), seconds: Math.floor(seconds) }
  },
)
