import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { render, sh } from '../model/script.ts'
import type { HostConnector, Output, Target } from '../ports/host-session.ts'
import { guardExit, guarded } from './guard.ts'
import { raiseFences } from './raise-fences.ts'

const output = (code: number): Output => ({
  code,
  stdout: new Uint8Array(),
  stderr: new Uint8Array(),
  truncated: false,
  timedOut: false,
  cutOff: false,
})

/** Runs what a host would be sent below a folder of its own. `flock` is the machine's, where it has one. */
function run(root: string, text: string): number {
  const locker = process.platform === 'linux' ? '' : 'flock() { :; }\n'
  try {
    execFileSync('/bin/sh', ['-c', `R=${root}\n${locker}${text}`], { stdio: 'ignore' })
    return 0
  } catch (error) {
    return (error as { status: number }).status
  }
}

it('makes hosts refuse the old holder before the new one has done anything there', async () => {
  const roots = new Map(['a', 'b'].map((host) => [host, mkdtempSync(join(tmpdir(), 'plumbline-fence-'))]))
  const connector: HostConnector = {
    connect: async (target) => {
      const root = roots.get(target.host)
      if (root === undefined) return { failed: 'host-unreachable', detail: 'gone' }
      const answer = async (script: Parameters<typeof render>[0]) => output(run(root, render(script)))
      return { target, read: answer, run: answer, close: async () => {} }
    },
    close: async () => {},
  }
  const targets = new Map(['a', 'b', 'gone'].map((host) => [host, { host } as Target]))
  const work = ['a', 'b', 'gone'].map((host) => ({ host, lock: 'x-prod', fence: 2 }))
  await raiseFences(work, 'CHG-2026-00001', { connector, targets, concurrency: 2, deadline: 1000, outputCap: 1000 })
  for (const root of roots.values()) {
    const state = join(root, 'var/lib/plumbline')
    expect(readFileSync(join(state, 'fence-x-prod'), 'utf8')).toBe('2\n')
    expect(readdirSync(state)).not.toContain('done-x-prod-CHG-2026-00001')
    const step = { summary: 'late', script: sh`: > "$R"/written`, reversibility: 'exact' as const }
    const late = guarded(step, { lock: 'x-prod', fence: 1, change: 'CHG-2026-00001', action: 'act-1' })
    expect(run(root, render(late))).toBe(guardExit.lockLost)
    expect(readdirSync(root)).toEqual(['var'])
    rmSync(root, { recursive: true })
  }
})
