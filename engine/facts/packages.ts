import type { Facts } from '../model/facts.ts'
import { read } from '../model/script.ts'
import { compact, fact, needs, tagged } from './fact.ts'

type Package = NonNullable<Facts['packages']>[number]

/** What is installed, from dpkg, rpm or apk, whichever keeps the host's packages. */
export const packages = fact(
  'packages',
  [
    read`if [ -f "$R/var/lib/dpkg/status" ]; then`,
    needs('dpkg-query'),
    read`dpkg-query --admindir="$R/var/lib/dpkg" --show --showformat='deb \${Package} \${Version} \${Architecture} \${db:Status-Abbrev}\n' || exit 1
[ ! -r "$R/var/lib/apt/extended_states" ] || awk '/^Package:/ { name = $2 } /^Architecture:/ { arch = $2 } /^Auto-Installed: 1/ { print "auto " name " " arch }' "$R/var/lib/apt/extended_states"
elif [ -f "$R/lib/apk/db/installed" ]; then
  awk '/^P:/ { name = substr($0, 3) } /^V:/ { version = substr($0, 3) } /^A:/ { arch = substr($0, 3) } /^$/ { print "apk " name " " version " " arch }' "$R/lib/apk/db/installed"
  awk '{ print "world " $1 }' "$R/etc/apk/world"
else`,
    needs('rpm'),
    read`rpm --root="\${R:-/}" -qa --queryformat 'rpm %{NAME} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE} %{ARCH}\n'
fi`,
  ],
  (stdout) => {
    const found = [...fromDpkg(stdout), ...fromRpm(stdout), ...fromApk(stdout)]
    return found.length === 0 ? undefined : found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  },
)

function fromDpkg(stdout: string): Package[] {
  const automatic = new Set(tagged(stdout, 'auto'))
  const names = new Set([...automatic].map((entry) => entry.split(' ')[0]))
  return tagged(stdout, 'deb').flatMap((line): Package[] => {
    const [, name, version, architecture, wanted, state] = /^(\S+) (\S*) (\S*) (.)(.)/.exec(line) ?? []
    // Removed with its configuration left behind: not installed.
    if (name === undefined || version === undefined || architecture === undefined || 'nc'.includes(state ?? 'n'))
      return []
    return [
      compact({
        name,
        version,
        architecture,
        held: wanted === 'h' ? (true as const) : undefined,
        // apt keeps this for packages of all architectures under the machine's own.
        manual: !(architecture === 'all' ? names.has(name) : automatic.has(`${name} ${architecture}`)),
      }),
    ]
  })
}

function fromRpm(stdout: string): Package[] {
  return tagged(stdout, 'rpm').flatMap((line): Package[] => {
    const [, name, version, architecture] = /^(\S+) (\S+) (\S+)$/.exec(line) ?? []
    // Keys that packages are signed with are kept among the packages.
    if (name === undefined || version === undefined || name === 'gpg-pubkey') return []
    return [compact({ name, version, architecture })]
  })
}

function fromApk(stdout: string): Package[] {
  const wished = new Set(tagged(stdout, 'world').map((entry) => entry.replace(/[@<>=~].*$/, '')))
  return tagged(stdout, 'apk').flatMap((line): Package[] => {
    const [, name, version, architecture] = /^(\S+) (\S+) (\S+)$/.exec(line) ?? []
    if (name === undefined || version === undefined) return []
    return [compact({ name, version, architecture, manual: wished.has(name) })]
  })
}
