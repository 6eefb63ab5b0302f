import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { environmentOf, prepareRoot } from '../../adapters/simulated/simulated-root.ts'
import { quote, render } from '../../model/script.ts'
import { resource } from './index.ts'
import { type ArchiveSpec, formatOf } from './spec.ts'

const root = prepareRoot(mkdtempSync(join(tmpdir(), 'plumbline-archive-')), 'unpack-01')
const make = join(root.folder, 'make')
const srv = join(root.folder, 'srv')
afterAll(() => rmSync(root.folder, { recursive: true, force: true }))
beforeEach(() => {
  for (const folder of [make, srv]) {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
  }
})

/** Packs what `make` holds, with words for tar, and unpacks that on a simulated host. */
function unpacked(words: readonly string[], spec: Partial<ArchiveSpec> = {}) {
  const archive = join(srv, 'made.tar')
  const made = spawnSync('tar', ['-C', make, '-cf', archive, ...words], { encoding: 'utf8' })
  expect(made.status, made.stderr).toBe(0)
  return unpack(archive, spec)
}

function unpack(archive: string, spec: Partial<ArchiveSpec> = {}) {
  const checksum = `sha256:${createHash('sha256').update(readFileSync(archive)).digest('hex')}`
  const url = `file:///srv/${archive.split('/').at(-1)}`
  const wanted = resource.normalise({ path: '/srv/out', url, checksum, ...spec })
  const named = { id: 'archive:/srv/out', type: 'archive', name: '/srv/out', spec: wanted } as const
  const rest = { declaredBy: [], requires: [], restartOn: [] }
  const { script } = resource.steps({ verb: 'create', resource: { ...named, ...rest }, have: null, fields: [] })
  const input = `R=${quote(root.folder)}\n${render(script)}`
  const { status, stderr } = spawnSync('/bin/sh', [], { input, encoding: 'utf8', env: environmentOf(root) })
  return {
    status,
    stderr: stderr.trim().split('\n').at(-1),
    left: readdirSync(srv).filter((name) => !name.startsWith('made.')),
  }
}

const refused = (because: string) => ({ status: 1, stderr: because, left: [] })

describe('an archive is refused, and nothing of it is seen,', () => {
  it('that names what is outside of its folder', () => {
    writeFileSync(join(make, 'x'), 'x')
    const because = refused('the archive holds names outside of its folder')
    expect(unpacked(['--absolute-names', '--transform=s,^x$,/tmp/x,', 'x'])).toEqual(because)
    expect(unpacked(['--absolute-names', '--transform=s,^x$,a/../../x,', 'x'])).toEqual(because)
  })

  it('that holds a link out of its folder, even by way of another link', () => {
    const because = refused('the archive holds a link that leads outside of its folder')
    symlinkSync('/etc/shadow', join(make, 'absolute'))
    expect(unpacked(['absolute'])).toEqual(because)
    symlinkSync('a/../../../etc/shadow', join(make, 'up'))
    expect(unpacked(['up'])).toEqual(because)
    mkdirSync(join(make, 'd'))
    symlinkSync('.', join(make, 'd/here'))
    symlinkSync('here/../..', join(make, 'd/out'))
    expect(unpacked(['d/here', 'd/out'])).toEqual(because)
  })

  it('that writes through a link of its own', () => {
    symlinkSync('../..', join(make, 'way'))
    spawnSync('tar', ['-C', make, '-cf', join(srv, 'made.tar'), 'way'])
    rmSync(join(make, 'way'))
    mkdirSync(join(make, 'way'))
    writeFileSync(join(make, 'way/written'), 'x')
    spawnSync('tar', ['-C', make, '-rf', join(srv, 'made.tar'), 'way/written'])
    const { left, status } = unpack(join(srv, 'made.tar'))
    expect(left.filter((name) => name !== 'out')).toEqual([])
    if (status === 0) expect(existsSync(join(srv, 'out/way/written'))).toBe(true)
  })

  it('that holds a pipe', () => {
    spawnSync('mkfifo', [join(make, 'pipe')])
    expect(unpacked(['pipe'])).toEqual(refused('the archive holds something that is no file, folder or link'))
  })

  it('whose top is not one folder where one is to be stripped', () => {
    for (const name of ['a', 'b']) mkdirSync(join(make, name))
    expect(unpacked(['a', 'b'], { strip: 1 })).toEqual(refused('the archive has not one folder at its top to strip'))
  })

  it('that has another checksum, or is no archive', () => {
    writeFileSync(join(make, 'x'), 'x')
    expect(unpacked(['x'], { checksum: `sha256:${'0'.repeat(64)}` }).stderr).toContain('has the checksum')
    writeFileSync(join(srv, 'made.zip'), 'no zip')
    expect(unpack(join(srv, 'made.zip'))).toMatchObject({ status: 1, left: [] })
  })

  it('where a folder is that somebody else made', () => {
    mkdirSync(join(srv, 'out'))
    writeFileSync(join(srv, 'out/mine'), 'mine')
    writeFileSync(join(make, 'x'), 'x')
    expect(unpacked(['x'])).toMatchObject({ status: 1, left: ['out'] })
    expect(readdirSync(join(srv, 'out'))).toEqual(['mine'])
  })
})

it('takes no rights from an archive that a person who unpacks it would not get', () => {
  writeFileSync(join(make, 'x'), 'x', { mode: 0o755 })
  spawnSync('chmod', ['6777', join(make, 'x')])
  expect(unpacked(['x'])).toMatchObject({ status: 0, left: ['out'] })
  const mode = spawnSync('find', [join(srv, 'out/x'), '-perm', '0755'], { encoding: 'utf8' }).stdout
  expect(mode).not.toBe('')
})

it('knows formats by their names', () => {
  const seen = ['a.tgz', 'https://x/a.TAR.GZ?token=b.zip', 'a.tar', 'a.zip', 'a.gz', 'a'].map(formatOf)
  expect(seen).toEqual(['tar.gz', 'tar.gz', 'tar', 'zip', undefined, undefined])
})
