import type { Observation } from '../../model/resource.ts'
import { hostPath, read, sh } from '../../model/script.ts'
import { absent, missingTool, noPermission, unparsable } from '../observed.ts'
import { step } from '../shell.ts'
import type { PackageManager } from './package-manager.ts'
import type { PackageState } from './spec.ts'

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
BEGIN { n = split(ENVIRON["N"], names, "\\n"); for (i = 1; i <= n; i++) wanted[names[i]] }
function say() { if (name in wanted) print "package", name, version, state; name = version = state = "" }
/^$/ { say() }
/^Package: / { name = $2 }
/^Status: / { state = $4 }
/^Version: / { version = $2 }
END { say(); print "end" }' ${status} 2>/dev/null`,
  parse(specs, lines) {
    const found = new Map<string, Observation<PackageState>>()
    for (const line of lines) {
      const [tag, name = '', version = '', state = ''] = line.split(' ')
      if (tag === 'package') keep(found, name, version, state)
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
function keep(found: Map<string, Observation<PackageState>>, name: string, version: string, state: string): void {
  const before = found.get(name)
  if (before?.status === 'present' && before.state.status === 'installed') return
  if (state === 'not-installed' || state === 'config-files') found.set(name, before ?? absent)
  else if (version === '' || state === '') found.set(name, unparsable(`the package ${name}`))
  else found.set(name, { status: 'present', state: { version, status: state } })
}
