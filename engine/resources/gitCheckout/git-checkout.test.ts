import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { environmentOf, prepareRoot } from '../../adapters/simulated/simulated-root.ts'
import { quote, render, type Script, sh } from '../../model/script.ts'
import { resource } from './index.ts'
import { type CheckoutSpec, isRemote } from './spec.ts'

const root = prepareRoot(mkdtempSync(join(tmpdir(), 'plumbline-checkout-')), 'git-01')
const own = join(root.folder, 'srv/own')
afterAll(() => rmSync(root.folder, { recursive: true, force: true }))

const git = (...words: readonly string[]) => {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'init.defaultBranch=main']
  const done = spawnSync('git', [...identity, ...words], { cwd: join(root.folder, 'srv'), encoding: 'utf8' })
  expect(done.status, done.stderr).toBe(0)
  return done.stdout.trim()
}

function run(script: Script) {
  const input = `R=${quote(root.folder)}\n${render(script)}`
  const { status, stderr, stdout } = spawnSync('/bin/sh', [], { input, encoding: 'utf8', env: environmentOf(root) })
  return { code: status ?? 255, stderr, stdout }
}

function act(verb: 'create' | 'update' | 'delete', spec: Omit<CheckoutSpec, 'path'>) {
  const wanted = resource.normalise({ path: '/srv/own', url: '/srv/made', ...spec })
  const named = { id: 'gitCheckout:/srv/own', type: 'gitCheckout', name: '/srv/own', spec: wanted } as const
  const rest = { declaredBy: [], requires: [], restartOn: [] }
  return run(resource.steps({ verb, resource: { ...named, ...rest }, have: null, fields: [] }).script)
}

describe('a checkout', () => {
  it('runs no hook, and is not moved or removed where somebody works in it', () => {
    git('init', '-q', 'made')
    writeFileSync(join(root.folder, 'srv/made/README'), 'one\n')
    git('-C', 'made', 'add', '.')
    git('-C', 'made', 'commit', '-qm', 'one')
    git('-C', 'made', 'tag', 'v1')
    writeFileSync(join(root.folder, 'srv/made/README'), 'two\n')
    git('-C', 'made', 'commit', '-qam', 'two')
    expect(act('create', { tag: 'v1' })).toMatchObject({ code: 0 })
    const canary = join(root.folder, 'canary')
    writeFileSync(join(own, '.git/hooks/post-checkout'), `#!/bin/sh\ntouch '${canary}'\n`, { mode: 0o755 })
    writeFileSync(join(own, 'README'), 'by hand\n')
    for (const done of [act('update', { branch: 'main' }), act('delete', { ensure: 'absent' })]) {
      expect(done.code).toBe(1)
      expect(done.stderr).toContain('holds changes that nobody committed:\n M README')
    }
    expect(readFileSync(join(own, 'README'), 'utf8')).toBe('by hand\n')
    git('-C', 'own', 'checkout', '-q', '--', '.')
    rmSync(canary, { force: true })
    expect(act('update', { branch: 'main' })).toMatchObject({ code: 0 })
    expect(readFileSync(join(own, 'README'), 'utf8')).toBe('two\n')
    expect(existsSync(canary)).toBe(false)
  })

  it('asks no server where a branch is before somebody agreed to it, and has the branch to be set then', () => {
    const wanted = resource.normalise({ path: '/srv/own', url: 'https://example.org/x.git', branch: 'main' })
    const { runs } = resource
    expect(runs?.words(wanted)).toEqual({ branch: 'main', url: 'https://example.org/x.git' })
    expect(runs?.words({ path: '/srv/own', url: '/srv/made', tag: 'v1' })).toBeUndefined()
    const looked = runs?.without(wanted) ?? wanted
    expect(render(resource.probe([looked]))).not.toContain('example.org')
    const [seen] = resource.parse([looked], run(resource.probe([looked])))
    expect(seen).toMatchObject({ status: 'present' })
    if (seen?.status !== 'present') return
    expect(resource.diff(wanted, seen.state, seen.excerpt).map((f) => f.path)).toEqual(['branch', 'url'])
  })

  it('does not lose a commit that only it has', () => {
    writeFileSync(join(own, 'README'), 'local\n')
    git('-C', 'own', 'commit', '-qam', 'local')
    const done = act('update', { tag: 'v1' })
    expect(done.stderr).toContain('is at a commit that its remote does not have')
    expect(readFileSync(join(own, 'README'), 'utf8')).toBe('local\n')
  })

  it('of somebody is not worked with as somebody else, whom its configuration would make run programs', () => {
    const chown = (who: string) => run(sh`chown ${who} "$R/srv/own"`)
    expect(chown('plumbline:plumbline')).toMatchObject({ code: 0 })
    git('-C', 'own', 'reset', '-q', '--hard', 'v1')
    const done = act('update', { tag: 'v1' })
    expect(done).toMatchObject({ code: 1, stderr: expect.stringContaining('belongs to plumbline') })
    expect(chown('root:root')).toMatchObject({ code: 0 })
  })

  it('is not made where a link leads that takes the place of our folder', () => {
    rmSync(own, { recursive: true })
    const etc = join(root.folder, 'etc')
    const before = [readdirSync(etc), statSync(etc).mode]
    writeFileSync(
      join(root.tools, 'mktemp'),
      `#!/bin/sh\nd=$(/usr/bin/mktemp "$@"); rmdir "$d"; ln -s '${etc}' "$d"; echo "$d"\n`,
    )
    chmodSync(join(root.tools, 'mktemp'), 0o755)
    expect(act('create', { tag: 'v1' })).toMatchObject({ code: 1, stderr: expect.stringContaining('moved our folder') })
    expect([readdirSync(etc), statSync(etc).mode]).toEqual(before)
    rmSync(join(root.tools, 'mktemp'))
    expect(act('create', { tag: 'v1' })).toMatchObject({ code: 0 })
  })

  it('that can not be had leaves nothing behind', () => {
    rmSync(own, { recursive: true })
    const done = act('create', { tag: 'none' })
    expect(done.stderr).toContain('the repository has no tag none')
    expect(spawnSync('ls', ['-A', join(root.folder, 'srv')], { encoding: 'utf8' }).stdout).toBe('.keep\nmade\n')
  })
})

it('takes remotes that run nothing and hold no password', () => {
  const fine = ['https://x/y.git', 'ssh://git@x:22/y', 'git@x:y/z.git', 'file:///srv/x', '/srv/x']
  const bad = [
    'http://x/y',
    'ext::sh -c x',
    'git://x/y',
    'https://me:pw@x/y',
    'ssh://-oProxyCommand=x/y',
    '-x',
    'x',
    '--upload-pack=x',
  ]
  expect(fine.filter(isRemote)).toEqual(fine)
  expect(bad.filter(isRemote)).toEqual([])
})
