import type { Discovered, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { taggedLines } from '../observed.ts'
import type { SymlinkSpec } from './spec.ts'

/** Folders and links below /etc that tools of the system keep by themselves. */
const kept = [
  ...['alternatives', 'systemd', 'ssl/certs', 'rc?.d', 'runit', 'fonts', 'php', 'dpkg'],
  ...[
    'localtime',
    'mtab',
    'resolv.conf',
    'os-release',
    'rmt',
    'sysctl.d/99-sysctl.conf',
    'modules-load.d/modules.conf',
  ],
]

/**
 * Links below /etc that no package brought. Prints `maint KIND NAME` for what packages switched on in Apache, and
 * `link OWNER PATH` with `to TARGET`.
 */
const probe: Script = read`(
cd -P "$R/etc" || exit
find "$R/var/lib/apache2" -path '*/enabled_by_maint/*' -printf 'maint %P\n' 2>/dev/null
[ -z "$R" ] && u=%u || u=%U
{
  cat "$R"/var/lib/dpkg/info/*.list 2>/dev/null | grep '^/etc/' | sed 's,^/etc/,,'
  echo =
  set -f
  set --
  for k in ${kept}; do set -- "$@" -path "./$k" -prune -o; done
  find . -xdev "$@" -type l ! -path '*[[:cntrl:]]*' ! -lname '*[[:cntrl:]]*' -printf "$u\t%P\t%l\n" 2>/dev/null | head -n 4000
} | awk -F'\t' '
!links { if ($0 == "=") links = 1; else shipped[$0]; next }
!($2 in shipped) && $3 !~ /^\\/etc\\/alternatives\\// { print "link", $1, "/etc/" $2; print "to", $3 }
END { print "end" }'
[ -z "$R" ] || awk -F: '{ print "uid", $3, $1 }' "$R/etc/passwd" 2>/dev/null
)
`

function parse(output: ProbeOutput): readonly Discovered<SymlinkSpec>[] {
  const lines = taggedLines(output.stdout)
  if (!lines.some((l) => l.tag === 'end')) return []
  const maint = new Set(lines.flatMap((l) => (l.tag === 'maint' ? [l.rest] : [])))
  const names = new Map(lines.flatMap((l) => (l.tag === 'uid' ? [pair(l.rest)] : [])))
  return lines.flatMap(({ tag, rest }, i): Discovered<SymlinkSpec>[] => {
    const next = lines[i + 1]
    if (tag !== 'link' || next?.tag !== 'to' || next.rest === '') return []
    const [who, path] = pair(rest)
    if (madeByPackage(path, next.rest, maint) || !/^\/[^\p{Cc}]+$/u.test(path) || /\p{Cc}/u.test(next.rest)) return []
    const owner = names.get(who) ?? who
    return [{ spec: { path, target: next.rest, ...(owner !== 'root' && owner !== '0' && { owner }) } }]
  })
}

/** What the scripts of a package made, which no list of files names. */
function madeByPackage(path: string, target: string, maint: ReadonlySet<string>): boolean {
  const apache = /^\/etc\/apache2\/(mod|conf|site)s?-enabled\/(.+?)\.(load|conf)$/.exec(path)
  const kind = apache?.[1] === 'mod' ? 'module' : (apache?.[1] ?? '')
  if (apache !== null && maint.has(`${kind}/enabled_by_maint/${apache[2]}`)) return true
  if (path === '/etc/nginx/sites-enabled/default' && target === '/etc/nginx/sites-available/default') return true
  return path.startsWith('/etc/nginx/modules-enabled/') && target.startsWith('/usr/share/nginx/')
}

function pair(text: string): readonly [string, string] {
  const at = text.indexOf(' ')
  return [text.slice(0, at), text.slice(at + 1)]
}

export const discover = { probe, parse }
