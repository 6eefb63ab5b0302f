import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const scratch = mkdtempSync(join(tmpdir(), 'plumbline-test-demo-'))
const home = join(scratch, 'home')
const folder = join(scratch, 'a demo')

/** A user whose git configuration would ruin the story, and whose keys nobody may use. */
const theirs = {
  '.gitconfig': [
    '[user]\n name = Somebody Else\n email = else@example.org\n signingkey = /nowhere',
    '[commit]\n gpgsign = true\n[gpg]\n format = ssh\n[gpg "ssh"]\n program = /nowhere',
    '[merge]\n ff = only\n[push]\n default = nothing\n[init]\n defaultBranch = trunk\n',
  ].join('\n'),
  '.ssh/id_ed25519': 'not to be read\n',
}

const env = {
  ...{ PATH: process.env['PATH'], TMPDIR: scratch, HOME: home, NO_COLOR: '1' },
  ...{
    GIT_DIR: '/nowhere',
    SSH_AUTH_SOCK: '/nowhere',
    PLUMBLINE_ENGINE_KEY: '/nowhere',
    PLUMBLINE_SSH_KEY: '/nowhere',
  },
}

interface Ended {
  readonly status: number | null
  readonly out: string
}

/** The bundled command, built where nobody else builds. */
const bundle = join(scratch, 'package')
const program = join(bundle, 'dist', 'plumbline.js')

function start(...args: readonly string[]): {
  child: ChildProcess
  ended: Promise<Ended>
  says: (text: string) => Promise<void>
} {
  const child = spawn(process.execPath, [program, 'demo', ...args], { cwd: scratch, env })
  let out = ''
  const waiting: (() => void)[] = []
  const take = (chunk: Buffer): void => {
    out += chunk.toString()
    for (const look of waiting) look()
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  return {
    child,
    ended: new Promise((resolve) => child.on('close', (status) => resolve({ status, out }))),
    says: (text) =>
      new Promise((resolve) => {
        const look = (): void => void (out.includes(text) && resolve())
        waiting.push(look)
        look()
      }),
  }
}

const filesBelow = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${join(entry.parentPath, entry.name)} ${readFileSync(join(entry.parentPath, entry.name), 'utf8')}`)
    .sort()

let told: Ended
let before: string[]
beforeAll(async () => {
  for (const [path, text] of Object.entries(theirs)) {
    mkdirSync(join(home, path, '..'), { recursive: true })
    writeFileSync(join(home, path), text, { mode: 0o600 })
  }
  before = filesBelow(home)
  mkdirSync(bundle)
  writeFileSync(join(bundle, 'package.json'), '{ "type": "module" }\n')
  symlinkSync(resolve('node_modules'), join(bundle, 'node_modules'))
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/build.ts', join(bundle, 'dist')])
  told = await start('--folder', folder).ended
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe('the demo', () => {
  it('ends well, and says so', () => {
    expect(told).toMatchObject({ status: 0 })
    expect(told.out).toContain('That is the whole story: 18 steps')
  })

  it.each([
    ['what is simulated', /Simulated: the four hosts/],
    ['two slips, found in one run', /Did you mean operator\?[\s\S]*Did you mean restartOn\?[\s\S]*2 errors/],
    ['a plan with the old bytes and the new', /- events \{ worker_connections 4096; \}[\s\S]*\+ # web-01/],
    ['an author who is refused, and why', /the approval of Person\/mira does not count/],
    ['an approval by somebody else', /CHG-\d{4}-00002 approved by Person\/jonas/],
    [
      'the canary before the wave',
      /canary {2}1 host: web-01[\s\S]*enable and start nginx[\s\S]*wave 1 {2}1 host: web-02/,
    ],
    ['an empty second plan', /A second plan is empty[\s\S]*4 of 4 hosts · nothing to do/],
    [
      'drift with commit, change and approver',
      /set by CHG-\d{4}-00002[\s\S]*commit [0-9a-f]{12}, approved .* by jonas/,
    ],
    ['blame', /off {2}file:\/etc\/nginx\/nginx\.conf +CHG-\d{4}-00002 .* jonas/],
    ['a change that is taken back', /CHG-\d{4}-00002 {2}rolled-back/],
    ['a host imported, with the proof', /plan is empty[\s\S]*cron: \{ name: warm-cache/],
    ['an edit adopted in place', /-.*--top 500 \}\s+\+.*--top 800/],
    ['who can become root', /sudo ALL +\/etc\/sudoers.d\/plumbline +observed/],
    ['a ledger that verifies on a clone', /\d+ entries checked, keys pinned: true/],
    [
      'the first entry that was forged',
      /\(CHG-\d{4}-00002 approve\): its signature does not hold[\s\S]*and \d+ later entries/,
    ],
  ])('shows %s', (_what, pattern) => {
    expect(told.out).toMatch(pattern)
  })

  it('brings back the bytes that were there before', () => {
    const file = readFileSync(join(folder, 'hosts/web-01/etc/nginx/nginx.conf'))
    const digest = createHash('sha256').update(file).digest('hex')
    expect(file.toString()).toContain('tuned by hand')
    expect(told.out).toContain(`${digest}  before the change`)
    expect(told.out).toContain(`${digest}  after the rollback`)
  })

  it("leaves the user's own files and configuration alone", () => {
    expect(filesBelow(home)).toEqual(before)
    expect(told.out).not.toContain('Somebody Else')
    const authors = execFileSync('git', ['log', '--all', '--format=%an'], { cwd: join(folder, 'estate') }).toString()
    expect(authors).not.toContain('Somebody Else')
  })
})

describe('its folder', () => {
  const own = (...args: string[]): Ended => {
    try {
      return {
        status: 0,
        out: execFileSync(join(folder, 'plumbline'), args, { cwd: join(folder, 'estate'), env }).toString(),
      }
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: Buffer }
      return { status, out: stdout.toString() }
    }
  }

  it('can be played with once its hosts are up again, and they go down at Ctrl-C', async () => {
    const serving = start('--serve', '--folder', folder)
    await serving.says('In another terminal')
    expect(own('plan')).toMatchObject({ status: 0, out: expect.stringContaining('nothing to do') })
    writeFileSync(join(folder, 'hosts/web-02/etc/motd'), 'mine\n')
    expect(own('drift')).toMatchObject({ status: 2, out: expect.stringContaining('- mine') })
    const second = await start('--serve', '--folder', folder).ended
    expect(second).toMatchObject({ status: 1, out: expect.stringContaining('[demo-port-taken]') })
    serving.child.kill('SIGINT')
    expect(await serving.ended).toMatchObject({ status: 0, out: expect.stringContaining('the hosts are down') })
  })

  it('is refused where it holds the files of somebody else', async () => {
    mkdirSync(join(scratch, 'taken'))
    writeFileSync(join(scratch, 'taken/thesis.txt'), 'mine\n')
    const refused = await start('--folder', join(scratch, 'taken')).ended
    expect(refused).toMatchObject({ status: 1, out: expect.stringContaining('[demo-folder-taken]') })
    expect(readdirSync(join(scratch, 'taken'))).toEqual(['thesis.txt'])
    expect(await start('--serve', '--folder', scratch).ended).toMatchObject({
      status: 1,
      out: expect.stringContaining('[demo-missing]'),
    })
  })

  it('is left as it is when somebody interrupts the story', async () => {
    const story = start()
    await story.says('plumbline apply')
    story.child.kill('SIGINT')
    const { status, out } = await story.ended
    expect({ status, out }).toMatchObject({ status: 130, out: expect.stringContaining('interrupted') })
    const left = /All of it happens in (.*)/.exec(out)?.[1] ?? ''
    expect(readdirSync(left)).toContain('demo.json')
  })
})
