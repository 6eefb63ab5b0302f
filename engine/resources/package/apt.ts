import type { Observation } from '../../model/resource.ts'
import { hostPath, join, read, sh } from '../../model/script.ts'
import { encodeBase64 } from '../base64.ts'
import { absent, missingTool, noPermission, unparsable } from '../observed.ts'
import { at, fillFrom, replaceFile } from '../replace-file.ts'
import { step } from '../shell.ts'
import type { PackageManager } from './package-manager.ts'
import { isName, type PackageSpec, type PackageState, type Pin } from './spec.ts'

const status = hostPath('/var/lib/dpkg/status')

/** Debian and what descends from it. dpkg's own list is read by awk: asking dpkg-query costs twice as much. */
export const apt: PackageManager = {
  name: 'apt',
  detect: read`[ -e ${status} ] || [ -d ${hostPath('/var/lib/dpkg')} ]`,
  query: (names) => read`command -v awk >/dev/null || echo missing awk
if [ ! -e ${status} ]; then echo missing list
elif [ ! -r ${status} ]; then echo denied list
fi
N=${names.join('\n')} awk '
BEGIN { n = split(ENVIRON["N"], names, "\\n"); for (i = 1; i <= n; i++) wanted["Package: " names[i]] }
function say() { if (name != "") print "package", name, version, state, want; name = version = state = want = "" }
/^P/ && $0 in wanted { say(); name = $2; next }
name == "" { next }
/^$/ { say() }
/^Status: / { want = $2; state = $4 }
/^Version: / { version = $2 }
END { say() }' ${status} 2>/dev/null && ended=1
${join(names.map((name) => read`p=${hostPath(pinPath(name))}; [ ! -e "$p" ] || sed -n 's/^Pin: /pin '${name}' /p; s/^Pin-Priority: /priority '${name}' /p' "$p" 2>/dev/null`))}
[ -z "$ended" ] || echo end`,
  parse(specs, lines) {
    const found = new Map<string, Observation<PackageState>>()
    const pins = readPins(lines)
    for (const line of lines) {
      const [tag, name = '', version = '', state = '', want] = line.split(' ')
      if (tag === 'package') keep(found, name, version, state, want === 'hold', pins.get(name))
    }
    const whole = lines.includes('end')
    return specs.map(({ name }) => {
      if (lines.includes('missing awk')) return missingTool('awk')
      if (lines.includes('denied list')) return noPermission('/var/lib/dpkg/status')
      if (lines.includes('missing list') || !whole) return unparsable('/var/lib/dpkg/status')
      return found.get(name) ?? absent
    })
  },
  install(name, version) {
    const wanted = version === undefined ? name : `${name}=${version}`
    return step(sh`${surroundings}
run apt-cache "$@" show ${wanted} >/dev/null 2>&1 || run apt-get "$@" -q update >&2 || exit 1
run apt-get "$@" -qy --no-install-recommends --allow-downgrades --allow-change-held-packages install ${wanted} >&2 || exit 1`)
  },
  hold: (name, held) =>
    step(sh`${surroundings}
run apt-mark "$@" ${held ? 'hold' : 'unhold'} ${name} >&2 || exit 1`),
  pin: (name, pin) =>
    pin === undefined
      ? sh`rm -f ${hostPath(pinPath(name))}`
      : replaceFile({
          locate: sh`mkdir -p ${hostPath('/etc/apt/preferences.d')} || exit 1
${at(pinPath(name))}`,
          fill: fillFrom(encodeBase64(new TextEncoder().encode(pinText(name, pin))), false),
          mode: '0644',
          owner: sh`root`,
          group: sh`root`,
        }),
  get wanted() {
    return chosen
  },
  found: (lines) =>
    lines
      .flatMap((line): PackageSpec[] => {
        const [tag, name = ''] = line.split(' ')
        if (!isName(name)) return []
        return tag === 'held' ? [{ name, hold: true }] : tag === 'chosen' ? [{ name }] : []
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  remove: (name) =>
    step(sh`${surroundings}
others=$(run apt-get "$@" -sq remove ${name} | N=${name} awk '/^(Remv|Purg) / && $2 != ENVIRON["N"] { print $2 }') || exit 1
[ -z "$others" ] || fail "it would take others with it: $(echo $others)"
run apt-get "$@" -qy remove ${name} >&2 || exit 1`),
}

/** Nobody is there to be asked; the administrator's files stay as they are. Below a prefix its own apt runs, with its own sources. */
const surroundings = sh`DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none NEEDRESTART_MODE=l
export DEBIAN_FRONTEND APT_LISTCHANGES_FRONTEND NEEDRESTART_MODE
set -- -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout=120
run() {
  if [ -z "$R" ]; then "$@"
  elif [ -x "$R/usr/bin/$1" ]; then chroot "$R" "$@"
  else
    tool=$1; shift
    "$tool" -o RootDir="$R" -o Dpkg::Options::=--root="$R" "$@"
  fi
}`

/** Of several architectures of one package, the one that is installed counts. */
function keep(
  found: Map<string, Observation<PackageState>>,
  name: string,
  version: string,
  state: string,
  held: boolean,
  pin: Pin | undefined,
): void {
  const before = found.get(name)
  if (before?.status === 'present' && before.state.status === 'installed') return
  if (state === 'not-installed' || state === 'config-files') found.set(name, before ?? absent)
  else if (version === '' || state === '') found.set(name, unparsable(`the package ${name}`))
  else {
    const more = { ...(held && { hold: true as const }), ...(pin !== undefined && { pin }) }
    found.set(name, { status: 'present', state: { version, status: state, ...more } })
  }
}

/** apt skips files whose names hold a plus, without a word. */
const pinPath = (name: string): string => `/etc/apt/preferences.d/plumbline-${name.replaceAll('+', '_2b')}`

function readPins(lines: readonly string[]): ReadonlyMap<string, Pin> {
  const pins = new Map<string, Pin>()
  const words = new Map<string, string>()
  for (const line of lines) {
    const found = /^(pin|priority) (\S+) (.+)$/.exec(line)
    if (found === null) continue
    const [, tag, name = '', rest = ''] = found
    if (tag === 'pin') words.set(name, rest)
    else if (words.has(name)) pins.set(name, { pin: words.get(name) ?? '', priority: Number(rest) })
  }
  return pins
}

const pinText = (name: string, { pin, priority }: Pin): string =>
  `Package: ${name}\nPin: ${pin}\nPin-Priority: ${priority}\n`

/**
 * What somebody chose: installed by hand, not part of every system by its priority, and needed by no other package that is
 * installed; and whatever is held. Where a dependency has alternatives, only the first of them counts as needed by it: the others
 * are somebody's choice.
 */
const chosen = read`[ -r ${status} ] || echo denied list
awk '
FNR == 1 { file++ }
file == 1 && /^Package: / { p = $2 }
file == 1 && /^Auto-Installed: 1/ { auto[p] = 1 }
file == 1 { next }
/^Package: / { p = $2 }
/^Status: / { want[p] = $2; here[p] = $4 == "installed" }
/^Priority: / { priority[p] = $2 }
/^(Essential|Important|Protected): yes/ { base[p] = 1 }
/^(Pre-)?Depends: / { sub(/^[^:]*: /, ""); needs[p] = needs[p] ", " $0 }
END {
  for (p in here) if (here[p]) {
    n = split(needs[p], list, /, */)
    for (i = 1; i <= n; i++) { split(list[i], words, /[ :|(]/); if (words[1] != p) needed[words[1]] = 1 }
  }
  for (p in here) if (here[p]) {
    if (want[p] == "hold") print "held", p
    else if (!(p in auto) && !(p in base) && !(p in needed) && priority[p] !~ /^(required|important|standard)$/) print "chosen", p
  }
}' "$([ -r "$R/var/lib/apt/extended_states" ] && [ -s "$R/var/lib/apt/extended_states" ] && echo "$R/var/lib/apt/extended_states" || echo /dev/stdin)" ${status} 2>/dev/null <<'NONE' && echo end

NONE`
