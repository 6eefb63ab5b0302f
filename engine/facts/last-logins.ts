import type { Facts } from '../model/facts.ts'
import { read } from '../model/script.ts'
import { compact, fact, numberOf, running, tagged } from './fact.ts'

type LastLogins = NonNullable<Facts['lastLogins']>
type Login = LastLogins['accounts'][number]

/** Accounts that a host is heard about at most: a directory behind it may name all of a company. */
const most = 5000
/** Lines of the journal that are read: the newest. */
const lines = 50_000

/**
 * When each account was last used to log in: at a terminal, as wtmp, lastlog and lastlog2 have it (lslogins reads
 * whichever there is), and over SSH without a terminal, as the journal has it. Of the journal only lines count that a process
 * of root named sshd wrote: everybody can write lines that look like those.
 */
export const lastLogins = fact(
  'lastLogins',
  [
    running,
    read`LC_ALL=C; export LC_ALL
lslogins --output=USER,LAST-LOGIN --raw --noheadings --time-format=iso 2>/dev/null | head -n ${most} | cut -c 1-200 | sed 's/^/login /'
command -v journalctl >/dev/null 2>&1 || exit 0
# An account that may not read the journal of the system sees its own.
[ "$(id -u)" = 0 ] || exit 0
journalctl -q --no-pager -o short-unix 2>/dev/null | head -n 1 | cut -c 1-40 | sed 's/^/since /'
journalctl -q --no-pager -o short-unix -n ${lines} _UID=0 _COMM=sshd + _UID=0 _COMM=sshd-session 2>/dev/null | awk '
  # 1763805196.123456 HOST sshd[PID]: Accepted publickey for USER from ADDRESS port N ssh2…
  NR == 1 { oldest = $1 }
  $4 == "Accepted" && $6 == "for" && $8 == "from" { if (!($7 in at) && ++n > ${most}) next; at[$7] = $1; from[$7] = $9 }
  END { if (NR >= ${lines}) print "cut " oldest; for (user in at) print "ssh " user " " at[user] " " from[user] }'
:`,
  ],
  (stdout) => {
    const found = new Map<string, Login>()
    const put = (login: Login): void => {
      const other = found.get(login.user)
      if (other === undefined || other.at < login.at) found.set(login.user, login)
    }
    for (const line of tagged(stdout, 'login')) {
      const [, user, time] = /^(\S+) +(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:[+-]\d\d:?\d\d|Z)?)$/.exec(line) ?? []
      const at = Date.parse(time ?? '')
      if (user !== undefined && !Number.isNaN(at)) put({ user, at: new Date(at).toISOString() })
    }
    for (const line of tagged(stdout, 'ssh')) {
      const [user, seconds, from] = line.split(' ')
      const at = momentOf(seconds)
      if (user !== undefined && at !== undefined) put(compact({ user, at, from }))
    }
    // Where only the newest lines were read, nothing is known of what came before them.
    const since = [...tagged(stdout, 'cut'), ...tagged(stdout, 'since')].map((l) => momentOf(l.split(' ')[0]))[0]
    const known = stdout.split('\n').some((line) => line.startsWith('login '))
    if (!known && since === undefined) return undefined
    const accounts = [...found.values()].sort((a, b) => (a.user < b.user ? -1 : 1))
    return compact({ since, accounts })
  },
)

/** Seconds since 1970 as a time; undefined for what no calendar holds. */
function momentOf(seconds: string | undefined): string | undefined {
  const value = numberOf(seconds)
  return value === undefined || value < 0 || value > 1e11 ? undefined : new Date(value * 1000).toISOString()
}
