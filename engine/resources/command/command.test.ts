import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { render, type Script } from '../../model/script.ts'
import { resource } from './index.ts'
import type { CommandSpec } from './spec.ts'

const folder = mkdtempSync(join(tmpdir(), 'plumbline-command-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** On this machine, with its own shell: nothing but the step's own note would be written outside of our folder. */
function here(script: Script) {
  const text = render(script).replaceAll('/var/lib/plumbline', `${folder}/state`)
  const { stdout, stderr, status } = spawnSync('/bin/sh', [], { input: `R=\n${text}`, encoding: 'utf8' })
  return { stdout, stderr, code: status ?? 255 }
}

function act(spec: CommandSpec) {
  const wanted = resource.normalise({ user: userInfo().username, ...spec })
  const named = { id: `command:${spec.name}`, type: 'command', name: spec.name, spec: wanted } as const
  const rest = { declaredBy: [], requires: [], restartOn: [] }
  return here(resource.steps({ verb: 'create', resource: { ...named, ...rest }, have: null, fields: [] }).script)
}

function look(check: string | readonly string[]) {
  const specs = [resource.normalise({ name: 'x', run: ['true'], check })]
  const output = here(resource.probe(specs))
  return { seen: resource.parse(specs, output)[0], notices: resource.notices?.(specs, output, 'web-01') ?? [] }
}

describe('a command', () => {
  it('is given its words as they are, its environment, and no input', () => {
    const out = join(folder, 'out')
    const script = `printf '%s|' "$WORD" "$(cat)" > ${out}; pwd >> ${out}`
    expect(act({ name: 'a', script, environment: { WORD: "it's $(id) \\" }, workingDirectory: '/usr' }).stderr).toBe('')
    expect(readFileSync(out, 'utf8')).toBe("it's $(id) \\||/usr\n")
  })

  it('says how it ended, and keeps no note of what did not work', () => {
    const done = act({ name: 'b', script: 'echo no licence; exit 9', inverse: 'true' })
    expect(done).toMatchObject({ code: 1, stderr: 'no licence\nthe command b ended with status 9\n' })
    expect(existsSync(join(folder, 'state/commands/b'))).toBe(false)
  })

  it('is ended when its time is over', () => {
    const done = act({ name: 'c', run: ['sleep', '1000'], timeout: 1 })
    expect(done).toMatchObject({ code: 1, stderr: 'the command c did not end within 1 seconds\n' })
  })
})

describe('a check', () => {
  it('is a word of our script, whatever it holds', () => {
    for (const text of ["echo '", 'exit 0; )', 'if', '$(', '"\n)\nend']) {
      const { seen } = look(text)
      expect(['absent', 'present', 'unknown']).toContain(seen?.status)
    }
    expect(look('exit 0').seen?.status).toBe('present')
    expect(look(['sh', '-c', 'exit 3']).seen?.status).toBe('absent')
  })

  it('that fails shows the end of what it printed, with nothing that moves a cursor', () => {
    const [notice] = look(`head -c 100000 /dev/zero | tr '\\0' x; printf '\\033[2Jnot yet'; exit 4`).notices
    expect(notice?.summary).toMatch(/^the check of x ended with 4: x{200,300}\\u\{1b\}\[2Jnot yet$/)
  })

  it.skipIf(process.getuid?.() !== 0)('runs as an account without rights, and can gain none', () => {
    expect(look('[ "$(id -un)" = nobody ] && [ "$(id -G)" = "$(id -g)" ]').seen?.status).toBe('present')
    expect(look(`grep -q '^NoNewPrivs:.1$' /proc/self/status`).seen?.status).toBe('present')
    expect(look(`touch ${folder}/written`).seen?.status).toBe('absent')
  })
})
