import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { environmentOf, prepareRoot } from '../../adapters/simulated/simulated-root.ts'
import { quote, render, type Script } from '../../model/script.ts'
import { resource } from './index.ts'
import { parseSource, saysSame, sourceText } from './source-text.ts'
import type { RepositorySpec } from './spec.ts'

const root = prepareRoot(mkdtempSync(join(tmpdir(), 'plumbline-repository-')), 'apt-01')
const sources = join(root.folder, 'etc/apt/sources.list.d')
for (const folder of [
  'etc/apt/sources.list.d',
  'etc/apt/preferences.d',
  'var/lib/apt/lists/partial',
  'var/cache/apt/archives/partial',
  'srv/packages',
]) {
  mkdirSync(join(root.folder, folder), { recursive: true })
}
writeFileSync(join(root.folder, 'srv/packages/Packages'), '')
spawnSync('chmod', ['755', root.folder])
// apt below a prefix wants what it is made of there, too.
for (const folder of ['usr/share/dpkg', 'usr/lib/apt']) {
  if (existsSync(`/${folder}`)) cpSync(`/${folder}`, join(root.folder, folder), { recursive: true })
}
// What this machine's apt is told is none of the test's.
const ownConfiguration = join(root.folder, 'apt.conf')
writeFileSync(ownConfiguration, 'Dir::Etc::main "/none"; Dir::Etc::parts "/none"; APT::Sandbox::User "root";\n')
afterAll(() => rmSync(root.folder, { recursive: true, force: true }))

const about = { place: { file: 'a.yaml', line: 1, column: 1 }, subject: 'Profile/x' } as never

/** With the machine's own apt where it is asked for. */
function run(script: Script, real = false) {
  const input = `R=${quote(root.folder)}\n${render(script)}`
  const { PATH = '/usr/bin:/bin' } = process.env
  const env = real ? { PATH, LC_ALL: 'C', APT_CONFIG: ownConfiguration } : environmentOf(root)
  const { status, stderr, stdout } = spawnSync('/bin/sh', [], { input, encoding: 'utf8', env })
  return { code: status ?? 255, stderr, stdout }
}

function add(spec: Omit<RepositorySpec, 'name'>) {
  const wanted = resource.normalise({ name: 'own', ...spec })
  const named = { id: 'repository:own', type: 'repository', name: 'own', spec: wanted } as const
  const rest = { declaredBy: [], requires: [], restartOn: [] }
  return run(resource.steps({ verb: 'create', resource: { ...named, ...rest }, have: null, fields: [] }).script, true)
}

const canApt = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

describe.skipIf(!canApt)('a package source, with a real apt,', () => {
  const uris = [`file://${root.folder}/srv/packages`]

  it('is taken back where nobody signed it', () => {
    const done = add({ uris, suites: ['./'], keyring: '/usr/share/keyrings/none.asc' })
    expect(done.stderr).toMatch(
      /does not have a Release file[\s\S]*the package source own can't be read, so it was taken back/,
    )
    expect(done.code).toBe(1)
    expect(readdirSync(sources)).toEqual([])
  })

  it('is not put in place where apt can not read it', () => {
    const done = add({ uris, suites: ['./'], components: ['main'], trusted: true })
    expect(done.stderr).toContain('apt can not read the new source')
    expect(readdirSync(sources)).toEqual([])
  })

  it('is there where it may be trusted', () => {
    const done = add({ uris, suites: ['./'], trusted: true })
    expect(done.code, done.stderr).toBe(0)
    expect(readFileSync(join(sources, 'own.sources'), 'utf8')).toContain('Trusted: yes')
  })
})

describe('a text of a source', () => {
  const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: x\n\nAAAA\n=BBBB\n-----END PGP PUBLIC KEY BLOCK-----'
  const spec: RepositorySpec = {
    name: 'x',
    uris: ['https://example.org/debian'],
    suites: ['a', 'b'],
    components: ['main', 'contrib'],
    types: ['deb', 'deb-src'],
    architectures: ['amd64'],
    enabled: false,
    options: { 'By-Hash': 'force', Languages: 'none' },
    key,
  }

  it('says what it was made of', () => {
    const text = sourceText(spec)
    expect({ name: 'x', ...parseSource(text) }).toEqual(spec)
    expect(saysSame(text, spec)).toBe(true)
    expect(saysSame(text, { ...spec, key: key.replace('AAAA', 'AAAB') })).toBe(false)
  })

  it('is not understood where it says more', () => {
    const one = 'Types: deb\nURIs: https://x\nSuites: a\nComponents: b\n'
    expect(parseSource(one)).toBeDefined()
    for (const more of [
      `${one}\n${one}`,
      `${one}Unknown: x\n`,
      `${one}Types: deb\n`,
      `${one}nonsense\n`,
      'Types: deb\n',
      `${one}Enabled: maybe\n`,
    ])
      expect(parseSource(more), more).toBeUndefined()
  })

  it('that is found on a host becomes a document with nothing to do', () => {
    rmSync(join(sources, 'own.sources'), { force: true })
    writeFileSync(join(sources, 'site.sources'), sourceText({ ...spec, name: 'site' }))
    writeFileSync(join(sources, 'odd.sources'), 'Types: deb\nURIs: https://x\nSuites: a\nComponents: b\nUnknown: c\n')
    const { discover } = resource
    if (discover === undefined) throw new Error('nothing is discovered')
    const specs = discover.parse(run(discover.probe)).flatMap((f) => ('spec' in f ? [resource.normalise(f.spec)] : []))
    expect(specs.map((s) => s.name)).toEqual(['site'])
    const [seen] = resource.parse(specs, run(resource.probe(specs)))
    const [found] = specs
    if (found === undefined || seen?.status !== 'present') throw new Error('not seen')
    expect(resource.diff(found, seen.state, seen.excerpt)).toEqual([])
  })
})

it('refuses what is neither signed nor trusted, and passwords, which are not repeated', () => {
  const said = (spec: Omit<RepositorySpec, 'name'>) =>
    resource.check?.({ name: 'x', suites: ['a'], components: ['b'], uris: ['https://x'], ...spec }, about) ?? []
  expect(said({ keyring: '/k' })).toEqual([])
  expect(said({}).map((d) => d.code)).toEqual(['resource-invalid'])
  expect(said({ trusted: true }).map((d) => d.code)).toEqual(['repository-unsigned'])
  expect(said({ key: 'x' }).map((d) => d.code)).toEqual(['repository-key'])
  expect(JSON.stringify(said({ keyring: '/k', uris: ['https://me:s3cret@x/'] }))).toMatch(/^(?!.*s3cret).*auth\.conf/)
  expect(said({ keyring: '/k', suites: ['./'] }).map((d) => d.code)).toEqual(['resource-invalid'])
})
