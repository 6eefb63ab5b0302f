import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ran } from '../cli.ts'
import type { Step } from './read-workflows.ts'

export interface StepSurroundings {
  /** A scratch folder: holds what a runner has beside the checkout. */
  readonly scratch: string
  /** The checkout. */
  readonly cwd: string
  /** Programs by name: the body of a script in sh, found before all others. */
  readonly programs: Readonly<Record<string, string>>
  /** What an expression comes to: `secrets.PLUMBLINE_SSH_KEY`. */
  readonly value: (expression: string) => string
  /** The environment of the job. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Runs the script of a step as a runner does: expressions of its environment come to values, the script is a file, bash runs it. */
export async function runStep({ run = '', env = {} }: Step, around: StepSurroundings): Promise<Ran> {
  const { scratch, cwd, programs, value } = around
  const bin = mkdtempSync(join(scratch, 'bin-'))
  for (const [name, body] of Object.entries(programs))
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  const script = join(bin, 'step.sh')
  writeFileSync(script, run)
  const temporary = join(scratch, 'temp')
  mkdirSync(temporary, { recursive: true })
  const own = Object.fromEntries(
    Object.entries(env).map(([name, text]) => [
      name,
      text.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_, expression: string) => value(expression)),
    ]),
  )
  const commandFiles = Object.fromEntries(
    ['GITHUB_OUTPUT', 'GITHUB_PATH', 'GITHUB_ENV', 'GITHUB_STEP_SUMMARY'].map((name) => [name, join(scratch, name)]),
  )
  for (const file of Object.values(commandFiles)) writeFileSync(file, '', { flag: 'a' })
  const all = { ...around.env, ...commandFiles, ...own, RUNNER_TEMP: temporary, PATH: `${bin}:${process.env['PATH']}` }
  return new Promise((resolve) => {
    execFile('bash', ['--noprofile', '--norc', '-eo', 'pipefail', script], { cwd, env: all }, (error, out, err) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 255
      resolve({ status, out, err })
    })
  })
}
