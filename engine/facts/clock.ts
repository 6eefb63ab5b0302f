import { read } from '../model/script.ts'
import { compact, fact, numberOf, running, tagged } from './fact.ts'

/**
 * How far the host's clock is ahead of ours, as NTP reckons it: from when we asked, when its shell started, what its clock
 * says now, and when the answer was here. Goes last of all probes, so that what comes between is none of their time.
 */
export const clock = fact(
  'clock',
  [
    running,
    read`now=$(date +%s.%N)
read -r up _ </proc/uptime
stat=$(cat "/proc/$$/stat") 2>/dev/null
# The name of the process may hold anything; the fields are counted from its end.
set -- \${stat##*) }
printf 'now %s\nup %s\nticks %s\n' "$now" "$up" "\${20-}"
if [ -e /run/systemd/timesync/synchronized ]; then echo 'sync yes'
elif [ -d /run/systemd/timesync ]; then echo 'sync no'
fi`,
  ],
  (stdout, { sent, now }) => {
    const one = (tag: string): number | undefined => numberOf(tagged(stdout, tag)[0])
    const seconds = one('now')
    if (seconds === undefined) return undefined
    const [up, ticks] = [one('up'), one('ticks')]
    // A hundred ticks to the second, on every Linux that people run.
    const ran = up === undefined || ticks === undefined ? 0 : Math.max(0, up - ticks / 100)
    const [ours, theirs] = [(sent.getTime() + now.getTime()) / 2000, seconds - ran / 2]
    const synchronised = { yes: true, no: false }[tagged(stdout, 'sync')[0] ?? '']
    return compact({ offset: Math.round((theirs - ours) * 1000) / 1000, synchronised })
  },
)
