import type { Diagnostic } from '../../model/diagnostic.ts'
import { reporter } from '../../model/diagnostic.ts'
import { escapeControls } from '../../model/escape.ts'
import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { codes } from '../codes.ts'
import { asSet } from '../fields.ts'
import { absent, missingTool, noPermission, splitFirst, taggedLines, unknown, unparsable } from '../observed.ts'
import { parseKeyLine } from './key-line.ts'
import { isSameKey, type KeySpec, type KeyState, tailOf } from './spec.ts'

const report = reporter(codes)

/** Lines of one file that are looked at, and bytes of one line: an account can't make us read for ever. */
const most = { lines: 5000, bytes: 16384 }

/**
 * One awk finds the homes, one reads all files. Prints `passwd ok|denied|missing`, `user LOGIN none|absent|denied|odd|read`, then
 * for the accounts said to be read, counted from 1, `line I TEXT` and `long I`.
 */
export function probe(specs: readonly KeySpec[]): Script {
  const users = asSet(specs.map((spec) => spec.user))
  return read`(
command -v awk >/dev/null || echo missing awk
f=$R/etc/passwd
if [ -r "$f" ]; then echo passwd ok
elif [ -e "$f" ]; then echo passwd denied
else echo passwd missing
fi
N=${users.join('\n')} awk -F: '
BEGIN { n = split(ENVIRON["N"], names, "\\n"); for (i = 1; i <= n; i++) wanted[names[i]] }
$1 in wanted && !seen[$1]++ { print $1 ":" $6 }
END { print ":" }' "$f" 2>/dev/null | {
  set --
  while IFS=: read -r u h; do
    [ -n "$u" ] || { echo all; break; }
    h=\${h%/} d=$R\${h}/.ssh
    p=$d/authorized_keys
    if [ -L "$d" ] || [ -L "$p" ]; then echo "user $u odd"
    elif [ -f "$p" ] && [ -r "$p" ]; then echo "user $u read"; set -- "$@" "$p"
    elif [ -f "$p" ]; then echo "user $u denied"
    elif [ -e "$p" ]; then echo "user $u odd"
    elif { [ -d "$d" ] && [ ! -x "$d" ]; } || { [ -d "$R$h" ] && [ ! -x "$R$h" ]; }; then echo "user $u denied"
    else echo "user $u absent"
    fi
  done
  [ $# -eq 0 ] || awk '
BEGIN { for (i = 1; i < ARGC; i++) number[ARGV[i]] = i }
FNR > ${most.lines} { if (FNR == ${most.lines + 1}) print "long", number[FILENAME]; next }
length($0) > ${most.bytes} { next }
{ print "line", number[FILENAME], $0 }
END { print "end" }' "$@" 2>/dev/null
}
)
`
}

interface Account {
  readonly status: string
  readonly keys: KeyState[]
  long: boolean
}

interface Found {
  readonly passwd: string
  readonly all: boolean
  readonly end: boolean
  readonly missing: boolean
  readonly accounts: ReadonlyMap<string, Account>
}

export function parse(specs: readonly KeySpec[], output: ProbeOutput): readonly Observation<KeyState>[] {
  const found = collect(output.stdout)
  return specs.map((spec) => observe(spec, found))
}

function observe(spec: KeySpec, found: Found): Observation<KeyState> {
  const file = `~${spec.user}/.ssh/authorized_keys`
  if (found.missing) return missingTool('awk')
  if (found.passwd === 'denied') return noPermission('/etc/passwd')
  if (found.passwd !== 'ok' || !found.all) return unparsable('/etc/passwd')
  const account = found.accounts.get(spec.user)
  if (account === undefined || account.status === 'absent') return absent
  if (account.status === 'denied') return noPermission(file)
  if (account.status === 'odd') return unknown('unsupported', `${file} or its folder is a link or no plain file`)
  const key = account.keys.find((k) => isSameKey(k.key, spec.key))
  if (key !== undefined) return { status: 'present', state: key }
  return account.long || !found.end ? unparsable(file) : absent
}

function collect(stdout: string): Found {
  const lines = taggedLines(stdout)
  const accounts = new Map<string, Account>()
  const read: Account[] = []
  for (const { tag, rest } of lines) {
    const [first, second] = splitFirst(rest)
    if (tag === 'user') {
      const account = { status: second, keys: [], long: false }
      accounts.set(first, account)
      if (second === 'read') read.push(account)
    } else if (tag === 'line') {
      const key = parseKeyLine(second)
      if (key !== undefined) read[Number(first) - 1]?.keys.push(key)
    } else if (tag === 'long') {
      const account = read[Number(first) - 1]
      if (account !== undefined) account.long = true
    }
  }
  const has = (tag: string) => lines.some((l) => l.tag === tag)
  const passwd = lines.find((l) => l.tag === 'passwd')?.rest ?? ''
  return { passwd, all: has('all'), end: has('end'), missing: has('missing'), accounts }
}

/** Keys of the same accounts that no document declares. */
export function strangers(specs: readonly KeySpec[], output: ProbeOutput, host: string): readonly Diagnostic[] {
  const { accounts } = collect(output.stdout)
  return [...accounts].flatMap(([user, account]) => {
    const own = specs.filter((spec) => spec.user === user)
    const others = account.keys.filter((k) => !own.some((spec) => isSameKey(k.key, spec.key)))
    return others.map(({ key, comment }) => {
      const [type = '', blob = ''] = key.split(' ')
      const named = comment === '' ? '' : ` (${escapeControls(comment.slice(0, 60))})`
      const summary = `${user} is also open to the key ${type} …${tailOf(blob)}${named}`
      return report('unmanaged-key', { host, summary })
    })
  })
}
