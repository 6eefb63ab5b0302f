import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { action } from './read-workflows.ts'
import { runStep } from './run-step.ts'

const scratch = mkdtempSync(join(tmpdir(), 'plumbline-action-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** What npm is called with, line by line; it installs a command that only knows its version. */
const npm = `printf '%s\\n' "$@" > "$CALLS"
case "$*" in *--prefix*) into="$3" ;; *) into="$PWD" ;; esac
mkdir -p "$into/node_modules/.bin"
printf '#!/bin/sh\\necho 1.2.3\\n' > "$into/node_modules/.bin/plumbline"
chmod 755 "$into/node_modules/.bin/plumbline"`

async function install(inputs: { package?: string; integrity?: string }, files: Readonly<Record<string, string>> = {}) {
  const home = mkdtempSync(join(scratch, 'job-'))
  const cwd = join(home, 'checkout')
  mkdirSync(cwd)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text)
  const step = action.runs.steps.find((s) => s.run !== undefined) ?? {}
  const calls = join(home, 'calls')
  const values: Readonly<Record<string, string | undefined>> = {
    'inputs.package': inputs.package,
    'inputs.integrity': inputs.integrity,
  }
  const value = (expression: string) => values[expression] ?? ''
  const ran = await runStep(step, { scratch: home, cwd, programs: { npm }, value, env: { HOME: home, CALLS: calls } })
  const called = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []
  return { ...ran, called, output: readFileSync(join(home, 'GITHUB_OUTPUT'), 'utf8'), cwd }
}

const tarball = 'not much of a tarball'
const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`

it('installs what the lock file says, and runs no script of a package', async () => {
  const { status, called, output } = await install({}, { 'package-lock.json': '{}' })
  expect([status, called[0], output]).toEqual([0, 'ci', 'version=1.2.3\n'])
  expect(called).toContain('--ignore-scripts')
})

it('warns where there is no lock file', async () => {
  const { status, out, called } = await install({})
  expect([status, called[0]]).toEqual([0, 'install'])
  expect(out).toContain('::warning::there is no package-lock.json')
})

it('installs a tarball whose digest is the one named', async () => {
  const { status, called, cwd } = await install({ package: 'engine.tgz', integrity }, { 'engine.tgz': tarball })
  expect([status, called.at(-1)]).toEqual([0, join(cwd, 'engine.tgz')])
  expect(called).toContain('--ignore-scripts')
})

it.each([
  ['another tarball', { package: 'engine.tgz', integrity }, { 'engine.tgz': 'another' }],
  ['no tarball', { package: '@plumbline/engine@0.1.0', integrity }, {}],
])('installs nothing where integrity is given and package names %s', async (_what, inputs, files) => {
  const { status, called, out } = await install(inputs, files)
  expect([status, called]).toEqual([1, []])
  expect(out).toContain('::error::')
})
