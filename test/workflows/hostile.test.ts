import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { action, type Step, written } from './read-workflows.ts'
import { runStep } from './run-step.ts'

/** The scripts of the workflows, run with values that want to be commands: whatever they are given, nothing of it runs. */

const scratch = mkdtempSync(join(tmpdir(), 'plumbline-hostile-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
const canary = join(scratch, 'canary')

const payloads = [
  `$(touch ${canary})`,
  `\`touch ${canary}\``,
  `; touch ${canary} #`,
  `' ; touch ${canary} ; '`,
  `" ; touch ${canary} ; "`,
  `x\ntouch ${canary}\n`,
  `a[$(touch ${canary})]`,
  `\n::set-output name=digest::forged\n::add-mask::x\n::stop-commands::y`,
  `-o ${canary}`,
  `--out=${canary}`,
  '*',
  '${IFS}',
  '%0A::error::forged',
]

const steps: readonly (readonly [string, Step])[] = [
  ...written.flatMap(({ workflow }) =>
    Object.entries(workflow.jobs).flatMap(([job, { steps: all }]) =>
      all.flatMap((step) => (step.run === undefined ? [] : [[`${workflow.name}, ${job}`, step] as const])),
    ),
  ),
  ...action.runs.steps.flatMap((step) => (step.run === undefined ? [] : [['action.yml', step] as const])),
]

/** Notes each argument in a line of its own, as JSON would be too much for sh: line breaks become a sign. */
const noting = (file: string): string =>
  `for a in "$0" "$@"; do printf '%s' "$a" | tr '\\n' '~'; echo; done >> "${file}"; echo 1.2.3`

it.each(steps)('%s', async (_title, step) => {
  for (const [i, payload] of payloads.entries()) {
    const home = mkdtempSync(join(scratch, 'run-'))
    const cwd = join(home, 'checkout')
    mkdirSync(cwd)
    // A file of a branch, and a lock file.
    if (!payload.includes('/')) writeFileSync(join(cwd, payload), '')
    if (i % 2 === 0) writeFileSync(join(cwd, 'package-lock.json'), '{}')
    const log = join(home, 'calls')
    const event = join(home, 'event.json')
    const request = { number: 7, title: payload, body: payload, user: { login: payload }, head: { ref: payload } }
    writeFileSync(event, JSON.stringify({ pull_request: request, comment: { body: payload } }))
    const bin = 'mkdir -p "$into/node_modules/.bin"; cp "$PLUMBLINE" "$into/node_modules/.bin/plumbline"'
    const npm = `${noting(log)} >/dev/null\ncase "$*" in *--prefix*) into="$3" ;; *) into="$PWD" ;; esac\n${bin}`
    const stub = join(home, 'plumbline')
    writeFileSync(stub, `#!/bin/sh\n${noting(log)}\n`, { mode: 0o755 })
    const ran = await runStep(step, {
      scratch: home,
      cwd,
      programs: { plumbline: noting(log), npm },
      value: () => payload,
      env: {
        HOME: home,
        PLUMBLINE: stub,
        GITHUB_ACTIONS: 'true',
        GITHUB_EVENT_NAME: 'pull_request',
        GITHUB_EVENT_PATH: event,
        ...{ GITHUB_REF: payload, GITHUB_REF_NAME: payload, GITHUB_HEAD_REF: payload, GITHUB_BASE_REF: payload },
        ...{ GITHUB_ACTOR: payload, GITHUB_TRIGGERING_ACTOR: payload, GITHUB_WORKFLOW: payload },
      },
    })
    expect(existsSync(canary), `ran ${payload}`).toBe(false)
    const commands = `${ran.out}\n${ran.err}`.split('\n').filter((line) => /^\s*::/.test(line))
    for (const line of commands) expect(line).toMatch(/^::(?:error|warning)::(?:the|there|integrity) [\w\s.:,/-]+$/)
    expect(readFileSync(join(home, 'GITHUB_ENV'), 'utf8')).toBe('')
    expect(readFileSync(join(home, 'GITHUB_OUTPUT'), 'utf8')).toMatch(/^(?:version=1\.2\.3\n)?$/)
    for (const line of readFileSync(join(home, 'GITHUB_PATH'), 'utf8').trim().split('\n'))
      expect(line === '' || line.endsWith('/node_modules/.bin')).toBe(true)
    // A value that is handed on arrives as one argument, whatever it holds.
    const handed = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : []
    const flags = handed.filter((a) => a.startsWith('-') && a !== payload)
    for (const flag of flags) expect(flag).toMatch(/^--?[a-z-]*$/)
  }
})

it('would see what runs', async () => {
  const home = mkdtempSync(join(scratch, 'control-'))
  const careless = { run: 'eval "echo $TITLE"', env: { TITLE: '${{ github.event.pull_request.title }}' } }
  const value = () => `$(touch ${canary})`
  await runStep(careless, { scratch: home, cwd: home, programs: {}, value, env: { HOME: home } })
  expect(existsSync(canary)).toBe(true)
  rmSync(canary)
})
