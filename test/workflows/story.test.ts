import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Ran } from '../cli.ts'
import { type GithubOffice, openGithubOffice } from '../github-office.ts'
import { documents } from '../office.ts'
import { type Job, workflowOf } from './read-workflows.ts'
import { runStep } from './run-step.ts'

/** The workflows' own scripts with the command itself against GitHub: each job has the token that its file asks for, and no more. */

let here: GithubOffice
let scratch: string
let canary: string
beforeAll(async () => {
  // The command is a process of its own here, and knows the machine's time only.
  here = await openGithubOffice({ at: new Date().toISOString() })
  scratch = mkdtempSync(join(dirname(here.runner), 'jobs-'))
  canary = join(scratch, 'canary')
  // As a checkout without persist-credentials leaves it.
  execFileSync('git', ['-C', here.runner, 'remote', 'set-url', 'origin', here.github.gitUrl()])
}, 300_000)
afterAll(async () => here.close())

const root = process.cwd()
const plumbline = `exec "${process.execPath}" --import "file://${root}/node_modules/tsx/dist/esm/index.mjs" "${root}/engine/main.ts" "$@"`

function jobOf(workflow: string, job: string): Job {
  const found = workflowOf(workflow).jobs[job]
  if (found === undefined) throw new Error(`there is no job ${job}`)
  return found
}

/** Runs the scripts of a job, on an event. */
async function runJob(job: Job, event: string, payload: object, secrets = true): Promise<Ran> {
  const step = job.steps.find((s) => s.run !== undefined)
  if (step === undefined) throw new Error('the job has no script')
  const home = mkdtempSync(join(scratch, 'job-'))
  const file = join(home, 'event.json')
  writeFileSync(file, JSON.stringify(payload))
  const { desk } = here.office
  const permissions = Object.fromEntries(
    Object.entries(job.permissions ?? {}).map(([name, may]) => [name.replace('-', '_'), may]),
  ) as Readonly<Record<string, 'read' | 'write'>>
  const known: Readonly<Record<string, string>> = {
    'github.token': here.github.jobToken(permissions),
    'secrets.PLUMBLINE_SSH_KEY': secrets ? readFileSync(desk.env['PLUMBLINE_SSH_KEY'] ?? '', 'utf8') : '',
    'secrets.PLUMBLINE_ENGINE_KEY': secrets ? readFileSync(desk.env['PLUMBLINE_ENGINE_KEY'] ?? '', 'utf8') : '',
  }
  mkdirSync(join(home, 'home'))
  const ran = await runStep(step, {
    scratch: home,
    cwd: here.runner,
    programs: { plumbline },
    value: (expression) => known[expression] ?? /\|\| '(.*)'$/.exec(expression)?.[1] ?? '',
    env: {
      HOME: join(home, 'home'),
      GITHUB_ACTIONS: 'true',
      GITHUB_API_URL: here.github.url,
      GITHUB_SERVER_URL: here.github.serverUrl,
      GITHUB_REPOSITORY: here.github.repository,
      GITHUB_RUN_ID: '4711',
      GITHUB_EVENT_NAME: event,
      GITHUB_EVENT_PATH: file,
    },
  })
  expect(existsSync(canary)).toBe(false)
  expect(`${ran.out}\n${ran.err}`).not.toMatch(/^::(?:set-output|stop-commands|add-mask)/m)
  expect(ran.out + ran.err).not.toContain(known['github.token'])
  return ran
}

const motd = (name: string, text: string): string =>
  documents({
    kind: 'Profile',
    metadata: { name },
    spec: { selector: { all: true }, resources: [{ file: { path: `/etc/${name}`, content: text } }] },
  })

const api = (path: string): Promise<unknown> =>
  here.github.api('admin', 'GET', `/repos/${here.github.repository}/${path}`)
const comments = async (number: number): Promise<string> =>
  ((await api(`issues/${number}/comments`)) as readonly { body: string }[]).map((c) => c.body).join('\n')

it('a hostile pull request is planned, reviewed, merged and applied, and nothing of it runs', async () => {
  const trap = `$(touch\${IFS}${canary})`
  const branch = `x-\`touch\${IFS}canary\`-$(touch\${IFS}canary)`
  const number = await here.propose(
    {
      branch,
      author: 'ana',
      files: { [`inventory/${'$(touch canary)'}.yaml`]: motd('greeting', `::set-output name=a::b\n${trap}\n`) },
      message: `${trap} \`touch ${canary}\`\n\n::stop-commands::x`,
    },
    { title: `${trap} \`touch ${canary}\` "; touch ${canary}; "`, body: `::set-output name=digest::forged\n${trap}` },
  )
  const request = { number, title: trap, body: `\n::set-output name=x::y\n${trap}`, head: { ref: branch } }
  const planned = await runJob(jobOf('plan', 'plan'), 'pull_request', { pull_request: request })
  expect([planned.status, planned.err]).toEqual([0, expect.anything()])
  expect(await comments(number)).toContain('/etc/greeting')

  await here.github.review(number, 'ben', 'approve')
  const reviewed = await runJob(jobOf('plan', 'plan'), 'pull_request_review', { pull_request: request })
  expect(reviewed.status).toBe(0)
  await here.github.merge(number, { as: 'ben', method: 'squash' })

  const applied = await runJob(jobOf('apply', 'apply'), 'push', { ref: 'refs/heads/main' })
  expect(applied.status, applied.out + applied.err).toBe(0)
  expect(readFileSync(here.office.on('web-01', '/etc/greeting'), 'utf8')).toContain('touch')
  expect(await comments(number)).toMatch(/CHG-\d{4}-00001/)
  const again = await runJob(jobOf('apply', 'apply'), 'push', { ref: 'refs/heads/main' })
  expect(again.status, again.out + again.err).toBe(0)
}, 300_000)

it('without a key of hosts a plan is of documents alone, and what has to write says what is missing', async () => {
  const number = await here.propose({
    branch: 'bare',
    author: 'ana',
    files: { 'inventory/bare.yaml': motd('bare', 'x\n') },
  })
  const planned = await runJob(jobOf('plan', 'plan'), 'pull_request', { pull_request: { number } }, false)
  expect(planned.status, planned.out + planned.err).toBe(0)
  expect(await comments(number)).toMatch(/No host was looked at/)
  const applied = await runJob(jobOf('apply', 'apply'), 'push', {}, false)
  expect(applied.status).toBe(1)
  expect(applied.out).toContain('::error::the environment plumbline-apply lacks a secret')
}, 300_000)

it('the job for forks sees no host, and fails for nothing that it may not write', async () => {
  here.github.person('zoe', 'read')
  const fork = await here.github.fork('zoe')
  await here.office.write({ branch: 'kind', author: 'ana', files: { 'inventory/kind.yaml': motd('kind', 'x\n') } })
  await here.git('push', '--quiet', here.github.gitUrl('zoe', fork), 'refs/heads/kind')
  const number = await here.github.openRequest({ as: 'zoe', branch: 'zoe:kind', title: 'From afar' })
  const ran = await runJob(jobOf('plan', 'documents'), 'pull_request', { pull_request: { number } }, false)
  expect(ran.status, ran.out + ran.err).toBe(0)
  expect(ran.out + ran.err).toContain('request-untold')
  expect(await comments(number)).toBe('')
  // Where it may be written by somebody else, it is still one of documents alone.
  const written = await runJob(jobOf('plan', 'plan'), 'pull_request', { pull_request: { number } })
  expect(written.status, written.out + written.err).toBe(0)
  expect(await comments(number)).toMatch(/No host was looked at/)
}, 300_000)

it('a comment is answered with what its job may do, and pull requests say what can be said', async () => {
  await here.pull()
  const number = await here.propose({
    branch: 'talk',
    author: 'ana',
    files: { 'inventory/talk.yaml': motd('talk', 'x\n') },
  })
  const plan = () => runJob(jobOf('plan', 'plan'), 'pull_request', { pull_request: { number } })
  await plan()
  expect(await comments(number)).not.toContain('/plumbline')
  await here.office.write({
    branch: 'answers',
    author: 'ana',
    files: {
      '.github/workflows/plumbline-comments.yml': readFileSync('engine/github-files/plumbline-comments.yml', 'utf8'),
    },
  })
  await here.git('push', '--quiet', here.github.gitUrl('admin'), 'answers:main')
  await plan()
  expect(await comments(number)).toContain('/plumbline')
  const comment = await here.github.comment(number, 'ben', '/plumbline help')
  const payload = {
    action: 'created',
    issue: { number, pull_request: {} },
    comment: { id: comment, body: '/plumbline help', user: { type: 'User' } },
  }
  const answered = await runJob(jobOf('comments', 'comment'), 'issue_comment', payload)
  expect(answered.status, answered.out + answered.err).toBe(0)
  expect(await comments(number)).toContain('/plumbline rollback')
}, 300_000)

it('drift is looked for with what its job may do', async () => {
  const ran = await runJob(jobOf('drift', 'drift'), 'schedule', {})
  expect(ran.status, ran.out + ran.err).toBe(0)
}, 300_000)

it('the report of a month is written from the clone', async () => {
  const ran = await runJob(jobOf('audit', 'report'), 'schedule', {}, false)
  expect(ran.out + ran.err).toMatch(/changes? of the period in/)
}, 300_000)
