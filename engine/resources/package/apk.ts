import type { Observation } from '../../model/resource.ts'
import { hostPath, read, sh } from '../../model/script.ts'
import { absent, missingTool, noPermission, unparsable } from '../observed.ts'
import { step } from '../shell.ts'
import type { PackageManager } from './package-manager.ts'
import { isName, type PackageSpec, type PackageState } from './spec.ts'

const installed = hostPath('/lib/apk/db/installed')
const world = hostPath('/etc/apk/world')

/** Alpine. What somebody asked for stands in /etc/apk/world; there a package is held by the version behind its name. */
export const apk: PackageManager = {
  name: 'apk',
  detect: read`[ -e ${installed} ]`,
  query: (names) => read`command -v awk >/dev/null || echo missing awk
[ -r ${installed} ] || echo denied list
sed -n 's/^\\([^ ]*\\)$/world \\1/p' ${world} 2>/dev/null
N=${names.join('\n')} awk '
BEGIN { n = split(ENVIRON["N"], names, "\\n"); for (i = 1; i <= n; i++) wanted[names[i]] }
/^P:/ { name = substr($0, 3) }
/^V:/ && name in wanted { print "package", name, substr($0, 3) }
END { print "end" }' ${installed} 2>/dev/null`,
  parse(specs, lines) {
    const held = new Set(worldOf(lines).flatMap(({ name, hold }) => (hold === true ? [name] : [])))
    const versions = new Map(
      lines.flatMap((line) => {
        const found = /^package (\S+) (\S+)$/.exec(line)
        return found === null ? [] : [[found[1] ?? '', found[2] ?? ''] as const]
      }),
    )
    return specs.map(({ name }): Observation<PackageState> => {
      if (lines.includes('missing awk')) return missingTool('awk')
      if (lines.includes('denied list')) return noPermission('/lib/apk/db/installed')
      if (!lines.includes('end')) return unparsable('/lib/apk/db/installed')
      const version = versions.get(name)
      if (version === undefined) return absent
      const hold = held.has(name) && { hold: true as const }
      return { status: 'present', state: { version, status: 'installed', ...hold } }
    })
  },
  install(name, version) {
    const wanted = version === undefined ? name : `${name}=${version}`
    return step(sh`${surroundings}
run -q add --update-cache ${wanted} >&2 || exit 1`)
  },
  // apk takes no package away that another one needs: it only forgets that somebody asked for it.
  remove: (name) =>
    step(sh`${surroundings}
others=$(run info -q -r ${name} 2>/dev/null | sed '/^ *$/d')
[ -z "$others" ] || fail "it would take others with it: $(echo $others)"
run -q del ${name} >&2 || exit 1`),
  hold: (name, held) =>
    step(sh`${surroundings}
v=$(N=${name} awk '/^P:/ { p = substr($0, 3) } /^V:/ && p == ENVIRON["N"] { print substr($0, 3) }' ${installed})
[ -n "$v" ] || fail 'the package is not installed'
if [ -n ${held ? 'yes' : ''} ]; then run -q add ${name}="$v" >&2 || exit 1
else run -q add ${name} >&2 || exit 1
fi`),
  wanted: read`[ -r ${world} ] || echo denied list
sed -n 's/^\\([^ ]*\\)$/world \\1/p' ${world} 2>/dev/null && echo end`,
  found: (lines) => worldOf(lines).filter(({ name }) => !['alpine-base', 'alpine-conf'].includes(name)),
}

const surroundings = sh`command -v apk >/dev/null || fail 'the host has no apk'
run() { apk \${R:+--root "$R"} --no-progress "$@"; }`

/** Names somebody asked for; other conditions than an exact version are no more than a name to us. */
function worldOf(lines: readonly string[]): readonly PackageSpec[] {
  return lines.flatMap((line): PackageSpec[] => {
    const found = /^world ([^=<>~!@]+)(=[^=]+)?/.exec(line)
    const name = found?.[1] ?? ''
    return isName(name) ? [{ name, ...(found?.[2] !== undefined && { hold: true }) }] : []
  })
}
