import type { Observation } from '../../model/resource.ts'
import { hostPath, read, sh } from '../../model/script.ts'
import { absent, missingTool, unparsable } from '../observed.ts'
import { step } from '../shell.ts'
import type { PackageManager } from './package-manager.ts'
import type { PackageState } from './spec.ts'

const locks = hostPath('/etc/dnf/plugins/versionlock.list')

/** Fedora, Red Hat Enterprise Linux and what descends from it. Versions are EPOCH:VERSION-RELEASE, without an epoch of 0. */
export const dnf: PackageManager = {
  name: 'dnf',
  detect: read`[ -d "$R/var/lib/rpm" ] || [ -d "$R/usr/lib/sysimage/rpm" ]`,
  query: (names) => read`if ! command -v rpm >/dev/null; then echo missing rpm
else
  LC_ALL=C rpm \${R:+--root "$R"} -q --qf 'package %{NAME} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\n' -- ${names} 2>&1
  if [ -e ${locks} ] && [ ! -r ${locks} ]; then echo denied locks; fi
  sed -n 's/^\\([^#! ][^ ]*\\)$/lock \\1/p' ${locks} 2>/dev/null
  echo end
fi`,
  parse(specs, lines) {
    const held = new Set(lines.flatMap((line) => lockedName(line)))
    const versions = new Map<string, string[]>()
    for (const line of lines) {
      const found = /^package (\S+) (\S+)$/.exec(line)
      if (found === null) continue
      const [, name = '', version = ''] = found
      versions.set(name, [...(versions.get(name) ?? []), plainVersion(version)])
    }
    return specs.map(({ name, version }): Observation<PackageState> => {
      if (lines.includes('missing rpm')) return missingTool('rpm')
      if (!lines.includes('end')) return unparsable('what rpm keeps')
      const there = versions.get(name)
      if (there === undefined) return lines.includes(`package ${name} is not installed`) ? absent : unparsable(name)
      // Kernels are installed beside each other.
      const wanted = version !== undefined && there.includes(plainVersion(version))
      const state = { version: wanted ? version : (there.at(-1) ?? ''), status: 'installed' }
      return { status: 'present', state: { ...state, ...(held.has(name) && { hold: true as const }) } }
    })
  },
  install(name, version) {
    const wanted = version === undefined ? name : `${name}-${version}`
    // A lock is on a version: it would hide the one that is wanted, and is set anew afterwards where it shall stay.
    return step(sh`${surroundings}
run -q -y --disableplugin=versionlock --setopt=install_weak_deps=False install -- ${wanted} >&2 || exit 1`)
  },
  remove: (name) =>
    step(sh`${surroundings}
words=$(LC_ALL=C rpm \${R:+--root "$R"} -e --test -- ${name} 2>&1) || fail "it would take others with it: $(printf '%s\\n' "$words" | sed -n 's/.*(installed) //p' | sort -u | tr '\\n' ' ')"
run -q -y remove --noautoremove -- ${name} >&2 || exit 1`),
  hold: (name, held) =>
    step(sh`${surroundings}
run -q -y versionlock delete ${name} >/dev/null 2>&1
if [ -n ${held ? 'yes' : ''} ]; then
  run -q -y versionlock add ${name} >&2 || fail 'the package could not be locked: is the versionlock plugin of dnf installed?'
elif grep -q ${`^${name.replaceAll(/[.+]/g, '[$&]')}-[^-]*-[^-]*$`} ${locks} 2>/dev/null; then fail 'the lock could not be taken away'
fi`),
}

const surroundings = sh`dnf=$(command -v dnf || command -v yum) || fail 'the host has no dnf'
run() { "$dnf" \${R:+--installroot="$R"} "$@"; }`

const plainVersion = (version: string): string => version.replace(/^0:/, '')

/** `plumb-app-0:1.0-1.*` locks plumb-app. */
function lockedName(line: string): string[] {
  const found = /^lock (\S+)-[^-\s]+-[^-\s]+$/.exec(line)
  return found?.[1] === undefined ? [] : [found[1]]
}
