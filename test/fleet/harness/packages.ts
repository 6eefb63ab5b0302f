import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { must } from './run.ts'

/** A package small enough to read, with what makes packages hard: a service, a configuration file of the administrator's, a script that fails. */
export interface PackageRecipe {
  readonly name: string
  readonly version: string
  readonly summary: string
  readonly files: Readonly<Record<string, { readonly content: string; readonly mode?: number }>>
  readonly conffiles?: readonly string[]
  /** Maintainer scripts: postinst, prerm, postrm. */
  readonly scripts?: Readonly<Record<string, string>>
}

/** Serves its greeting into a file under /run, so that a test sees which configuration the running service has read. */
const helloProgram = `#!/bin/sh
set -eu
file=\${2:-/etc/plumbline-hello.conf}
greeting=$(sed -n 's/^greeting *= *//p' "$file")
if [ -z "$greeting" ]; then
  echo "$file: no greeting" >&2
  exit 1
fi
case \${1:-} in
  check) ;;
  reload) printf '%s\\n' "$greeting" >/run/plumbline-hello.greeting ;;
  serve)
    printf '%s\\n' "$greeting" >/run/plumbline-hello.greeting
    exec sleep infinity
    ;;
  *)
    echo 'usage: plumbline-hello check|serve|reload [FILE]' >&2
    exit 2
    ;;
esac
`

const helloUnit = `[Unit]
Description=A greeting, for tests

[Service]
ExecStart=/usr/bin/plumbline-hello serve
ExecReload=/usr/bin/plumbline-hello reload

[Install]
WantedBy=multi-user.target
`

/** What debhelper writes into packages that have a service. */
const helloScripts = {
  postinst: `#!/bin/sh
set -e
[ "$1" = configure ] || exit 0
deb-systemd-helper unmask plumbline-hello.service >/dev/null || true
if deb-systemd-helper --quiet was-enabled plumbline-hello.service; then
  deb-systemd-helper enable plumbline-hello.service >/dev/null || true
fi
[ -d /run/systemd/system ] || exit 0
systemctl --system daemon-reload >/dev/null || true
deb-systemd-invoke "$([ -n "$2" ] && echo restart || echo start)" plumbline-hello.service >/dev/null || true
`,
  prerm: `#!/bin/sh
set -e
[ "$1" = remove ] && [ -d /run/systemd/system ] && deb-systemd-invoke stop plumbline-hello.service >/dev/null
exit 0
`,
  postrm: `#!/bin/sh
set -e
[ "$1" = purge ] && deb-systemd-helper purge plumbline-hello.service >/dev/null
[ -d /run/systemd/system ] && systemctl --system daemon-reload >/dev/null
exit 0
`,
}

function hello(version: string, configuration: string): PackageRecipe {
  return {
    name: 'plumbline-hello',
    version,
    summary: 'service with a configuration file',
    files: {
      'usr/bin/plumbline-hello': { content: helloProgram, mode: 0o755 },
      'lib/systemd/system/plumbline-hello.service': { content: helloUnit },
      'etc/plumbline-hello.conf': { content: configuration },
    },
    conffiles: ['/etc/plumbline-hello.conf'],
    scripts: helloScripts,
  }
}

/** What a host can install. The two versions of plumbline-hello bring different configuration files, so an upgrade over an edited one asks. */
export const packageRecipes: readonly PackageRecipe[] = [
  hello('1.0', 'greeting = hello\n'),
  hello('1.1', 'greeting = hello\ncolour = green\n'),
  {
    name: 'plumbline-tools',
    version: '2.0',
    summary: 'program without a service',
    files: { 'usr/bin/plumbline-tool': { content: '#!/bin/sh\necho plumbline-tool 2.0\n', mode: 0o755 } },
  },
  {
    name: 'plumbline-broken',
    version: '1.0',
    summary: 'package that cannot be configured',
    files: { 'usr/share/plumbline-broken/README': { content: 'Its postinst fails.\n' } },
    scripts: { postinst: '#!/bin/sh\necho "plumbline-broken: there is no licence key" >&2\nexit 1\n' },
  },
]

function put(file: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content, { mode })
}

async function buildPackage(recipe: PackageRecipe, repository: string): Promise<void> {
  const tree = join(repository, 'tree')
  for (const [path, { content, mode }] of Object.entries(recipe.files)) put(join(tree, path), content, mode)
  for (const [name, script] of Object.entries(recipe.scripts ?? {})) put(join(tree, 'DEBIAN', name), script, 0o755)
  if (recipe.conffiles) put(join(tree, 'DEBIAN/conffiles'), `${recipe.conffiles.join('\n')}\n`)
  const control = {
    Package: recipe.name,
    Version: recipe.version,
    Architecture: 'all',
    Maintainer: 'Plumbline <plumbline@example.org>',
    Description: recipe.summary,
  }
  put(join(tree, 'DEBIAN/control'), stanza(control))
  // Whatever the umask of the person who builds.
  await must('chmod', ['-R', 'go=u,go-w', tree])
  const file = join(repository, `${recipe.name}_${recipe.version}_all.deb`)
  await must('dpkg-deb', ['--root-owner-group', '-Zgzip', '--build', tree, file])
  rmSync(tree, { recursive: true })
}

function stanza(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')
}

/** Builds the packages and the index that apt reads into a folder: a repository that needs no network. */
export async function buildRepository(repository: string): Promise<void> {
  mkdirSync(repository, { recursive: true })
  for (const recipe of packageRecipes) await buildPackage(recipe, repository)
  const stanzas: string[] = []
  for (const name of readdirSync(repository).sort()) {
    const bytes = readFileSync(join(repository, name))
    const fields = await must('dpkg-deb', ['--field', join(repository, name)])
    const SHA256 = createHash('sha256').update(bytes).digest('hex')
    stanzas.push(`${fields.trim()}\n${stanza({ Filename: `./${name}`, Size: String(bytes.length), SHA256 })}`)
  }
  put(join(repository, 'Packages'), stanzas.join('\n'))
}
