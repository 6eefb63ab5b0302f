import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { dateOf } from '../days.ts'
import { asSet } from '../fields.ts'
import { absent, missingTool, noPermission, taggedLines, unparsable } from '../observed.ts'
import type { UserSpec, UserState } from './spec.ts'

/**
 * One awk over the three account files. Prints `file NAME ok|denied|missing`, `passwd LINE`, `gid N NAME`, `member LOGIN GROUP`
 * and `shadow LOGIN locked|set|none DAY`; a password's hash is looked at there and never leaves the host.
 */
export function probe(specs: readonly UserSpec[]): Script {
  return look(read`N=${specs.map((s) => s.login).join('\n')}`)
}

/** `names` sets `$N` to the logins that are asked for, each on a line. */
export function look(names: Script): Script {
  return read`command -v awk >/dev/null || echo missing awk
nl='
' out=
set --
for f in passwd group shadow; do
  if [ -r "$R/etc/$f" ]; then
    out="\${out}file $f ok$nl"
    set -- "$@" "f=$f" "$R/etc/$f"
  elif [ -e "$R/etc/$f" ]; then out="\${out}file $f denied$nl"
  else out="\${out}file $f missing$nl"
  fi
done
printf '%s' "$out"
[ $# -gt 0 ] || set -- /dev/null
${names}
N=$N awk -F: '
BEGIN { n = split(ENVIRON["N"], names, "\\n"); for (i = 1; i <= n; i++) wanted[names[i]] }
f == "passwd" && $1 in wanted { print "passwd", $1 ":" $3 ":" $4 ":" $5 ":" $6 ":" $7; primary[$4] }
f == "group" {
  if ($3 in primary) print "gid", $3, $1
  m = split($4, members, ",")
  for (i = 1; i <= m; i++) if (members[i] in wanted) print "member", members[i], $1
}
f == "shadow" && $1 in wanted {
  c = substr($2, 1, 1)
  print "shadow", $1, (c == "!" ? "locked" : c == "*" || c == "" ? "none" : "set"), $8
}
END { print "end" }' "$@" 2>/dev/null
`
}

export interface Found {
  readonly files: Map<string, string>
  readonly accounts: Map<string, string[]>
  readonly groupNames: Map<string, string>
  readonly members: Map<string, string[]>
  readonly shadows: Map<string, { readonly password: string; readonly day: string }>
  missing: boolean
  whole: boolean
}

export function parse(specs: readonly UserSpec[], output: ProbeOutput): readonly Observation<UserState>[] {
  const found = collect(output.stdout)
  return specs.map((spec) => observe(spec, found))
}

function observe(spec: UserSpec, found: Found): Observation<UserState> {
  if (found.missing) return missingTool('awk')
  for (const file of ['passwd', 'group', 'shadow']) {
    if (found.files.get(file) === 'denied') return noPermission(`/etc/${file}`)
    if (found.files.get(file) !== 'ok') return unparsable(`/etc/${file}`)
  }
  if (!found.whole) return unparsable('the accounts')
  const account = found.accounts.get(spec.login)
  if (account === undefined) return absent
  const state = stateOf(account, found)
  if (state === undefined) return unparsable(`the account ${spec.login}`)
  // Nobody gets in any more: that is what was asked for, and the files keep their owner.
  if (spec.ensure === 'absent' && (spec.removal ?? 'lock') === 'lock' && state.locked) return absent
  return { status: 'present', state }
}

export function stateOf(account: readonly string[], found: Found): UserState | undefined {
  const [login = '', uid = '', gid = '', comment = '', home = '', shell = ''] = account
  const shadow = found.shadows.get(login)
  if (account.length !== 6 || !/^\d{1,10}$/.test(uid) || !/^\d{1,10}$/.test(gid) || shadow === undefined)
    return undefined
  const expires = shadow.day === '' || shadow.day.startsWith('-') ? 'never' : dateOf(Number(shadow.day))
  if (expires === undefined) return undefined
  return {
    uid: Number(uid),
    group: found.groupNames.get(gid) ?? gid,
    groups: asSet(found.members.get(login) ?? []),
    shell,
    home,
    comment,
    expires,
    // `usermod -L` alone leaves keys working: closed is what has ended, on the first day there is.
    locked: shadow.day === '0' || shadow.day === '1',
    password: shadow.password === 'set',
  }
}

export function collect(stdout: string): Found {
  const found: Found = {
    files: new Map(),
    accounts: new Map(),
    groupNames: new Map(),
    members: new Map(),
    shadows: new Map(),
    missing: false,
    whole: false,
  }
  for (const { tag, rest } of taggedLines(stdout)) {
    const [first = '', second = '', third = ''] = rest.split(' ')
    if (tag === 'missing') found.missing = true
    else if (tag === 'end') found.whole = true
    else if (tag === 'file') found.files.set(first, second)
    else if (tag === 'passwd') keepFirst(found.accounts, rest.slice(0, rest.indexOf(':')), rest.split(':'))
    else if (tag === 'gid') keepFirst(found.groupNames, first, second)
    else if (tag === 'member') found.members.set(first, [...(found.members.get(first) ?? []), second])
    else if (tag === 'shadow') keepFirst(found.shadows, first, { password: second, day: third })
  }
  return found
}

/** Of two entries with the same name, the system takes the first. */
function keepFirst<V>(map: Map<string, V>, key: string, value: V): void {
  if (!map.has(key)) map.set(key, value)
}
