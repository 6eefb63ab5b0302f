import { read } from '../model/script.ts'
import { compact, fact, needs, running, tagged } from './fact.ts'

/** Who logged in at a terminal last, as wtmp has it. */
export const logins = fact(
  'logins',
  [
    running,
    needs('last'),
    // Busybox knows neither option; its times bear no year, so they are of no use.
    read`last -w -n 40 --time-format iso -f /var/log/wtmp 2>/dev/null | sed 's/^/last /'`,
  ],
  (stdout) => {
    const lines = tagged(stdout, 'last')
    if (lines.length === 0) return undefined
    return lines.flatMap((line) => {
      const [, user, rest, time] = /^(\S+)\s+(.*?)\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d)/.exec(line) ?? []
      const at = Date.parse(time ?? '')
      if (user === undefined || Number.isNaN(at) || ['reboot', 'shutdown', 'runlevel', 'wtmp'].includes(user)) return []
      const from = rest?.split(/\s+/)[1]
      return [compact({ user, from: from === '' ? undefined : from, at: new Date(at).toISOString() })]
    })
  },
)
