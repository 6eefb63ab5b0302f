import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { type Desk, openDesk, type Ran } from '../cli.ts'

const desks: Desk[] = []
let desk: Desk
beforeEach(() => {
  desk = openDesk({ PLUMBLINE_ENGINE_KEY: '' })
  delete desk.env['PLUMBLINE_ENGINE_KEY']
  desks.push(desk)
})
afterAll(() => {
  for (const one of desks) one.close()
})

interface Said {
  readonly files: readonly string[]
  readonly github: { readonly written: readonly string[]; readonly kept: readonly { readonly path: string }[] }
}
const said = ({ out, err, status }: Ran): Said => {
  if (status !== 0) throw new Error(out + err)
  return JSON.parse(out) as Said
}
const init = async (...argv: string[]): Promise<Said> => said(await desk.run('init', '.', '--json', ...argv))
const git = (...args: string[]): string => execFileSync('git', ['-C', desk.folder, ...args], { encoding: 'utf8' })

const plan = '.github/workflows/plumbline-plan.yml'
const files = [
  '.github/actions/plumbline/action.yml',
  '.github/workflows/plumbline-apply.yml',
  '.github/workflows/plumbline-audit.yml',
  '.github/workflows/plumbline-drift.yml',
  plan,
]
const comments = '.github/workflows/plumbline-comments.yml'

it('a new estate has the workflows in its first commit, and nothing is left to write', async () => {
  expect((await init('--github')).github.written).toEqual(files)
  expect(git('status', '--porcelain')).toBe('')
  expect(git('ls-tree', '-r', '--name-only', 'HEAD', '.github').trim().split('\n')).toEqual(files)
  expect((await init('--github')).github).toMatchObject({ written: [], kept: [], same: files })
  expect(git('status', '--porcelain')).toBe('')
})

it('an estate that is there already gets what it lacks, uncommitted', async () => {
  await init()
  const before = git('rev-parse', 'HEAD')
  expect(await init('--github')).toMatchObject({ files, github: { written: files } })
  expect(git('rev-parse', 'HEAD')).toBe(before)
  expect((await init('--comments')).github.written).toEqual([comments])
})

it('what somebody edited stays as it is, and is told with the lines by which it differs', async () => {
  await init('--github')
  const edited = desk.read(plan).replace('timeout-minutes: 30', 'timeout-minutes: 45\u001b[31m')
  desk.write(plan, edited)
  const ran = await desk.run('init', '.', '--github')
  expect(ran.status).toBe(0)
  expect(ran.out).toContain(`${plan} stays as it is`)
  expect(ran.out).toMatch(/-\s+timeout-minutes: 45\\u\{1b\}\[31m\n\s+\+\s+timeout-minutes: 30/)
  expect(ran.out).not.toContain('\u001b')
  expect(desk.read(plan)).toBe(edited)
})

it('files that a checkout on Windows gave other line ends are the same', async () => {
  await init('--github')
  desk.write(plan, desk.read(plan).replaceAll('\n', '\r\n'))
  expect((await init('--github')).github.kept).toEqual([])
})

it('says what is to be set on GitHub', async () => {
  const { out } = await desk.run('init', '.', '--github')
  for (const word of [
    'plumbline-plan',
    'plumbline-drift',
    'plumbline-apply',
    'PLUMBLINE_SSH_KEY',
    'PLUMBLINE_ENGINE_KEY',
    'engineKeys',
    'CODEOWNERS',
  ])
    expect(out).toContain(word)
  desk.write('CODEOWNERS', '/.github/ @lantern/operations\n')
  expect((await desk.run('init', '.', '--github')).out).not.toContain('CODEOWNERS')
})

it('the branch of the estate stands where the branch is meant', async () => {
  await init('--github', '--branch', 'release/live')
  for (const path of files) expect(desk.read(path)).not.toContain('__BRANCH__')
  expect(desk.read('.github/workflows/plumbline-apply.yml')).toContain('branches: ["release/live"]')
  expect((await init('--github')).github.kept).toEqual([])
})

it.each([
  'a"b',
  '${{github.token}}',
  "main'$(id)",
  'a+b',
])('refuses the branch %s, and writes nothing', async (branch) => {
  const ran = await desk.run('init', '.', '--github', '--branch', branch)
  expect(ran.status).toBe(1)
  expect(ran.err).toContain('branch-unfit')
  expect(() => desk.read('plumbline.yaml')).toThrow()
})

it('writes nothing through a link that a branch holds', async () => {
  await init()
  const outside = join(dirname(desk.folder), 'outside')
  mkdirSync(outside)
  symlinkSync(outside, join(desk.folder, '.github'))
  const ran = await desk.run('init', '.', '--github')
  expect(ran.status).not.toBe(0)
  expect(() => readFileSync(join(outside, 'workflows/plumbline-plan.yml'))).toThrow()
})
