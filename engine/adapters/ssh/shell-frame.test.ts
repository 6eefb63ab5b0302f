import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { read, sh } from '../../model/script.ts'
import { frame } from './shell-frame.ts'

const framing = { root: '', nonce: 'plumb123', elevation: { kind: 'none' } } as const

/** Login shells that accounts have; those that this machine lacks are left out. */
const shells = [['sh'], ['bash'], ['dash'], ['zsh'], ['fish'], ['csh'], ['tcsh'], ['ksh'], ['mksh'], ['busybox', 'sh']]
const here = shells.filter(([name = '']) => spawnSync(name, ['-c', 'exit 0'], { input: '' }).error === undefined)

describe('frame', () => {
  it.each(here)('is understood by the login shell %s %s', (program = '', ...rest) => {
    const script = read`printf '%s\\n' ${['$HOME', '!!', "it's", 'back\\slash', '`id`']}; exit 7`
    const { command, input } = frame(script, framing)
    const args = [...rest.filter((arg) => arg !== undefined), '-c', command]
    const ran = spawnSync(program, args, { input, encoding: 'utf8' })
    expect(ran.stdout).toBe("plumb123$HOME\n!!\nit's\nback\\slash\n`id`\n")
    expect([ran.stderr, ran.status]).toEqual(['plumb123', 7])
  })

  it('runs nothing of a script that arrived in part', () => {
    const { command, input } = frame(sh`echo one; echo two`, framing)
    for (const length of [0, 10, input.length - 20, input.length - 1]) {
      const ran = spawnSync('sh', ['-c', command], { input: input.subarray(0, length), encoding: 'utf8' })
      expect([ran.stdout, ran.stderr, ran.status]).toEqual(['', '', 126])
    }
  })

  it.each([
    ['took the password', 'IFS= read -r given; [ "$given" = "pass word" ] || exit 1;'],
    ['did not ask', ''],
  ])('finds the script where sudo %s', (_, before) => {
    const elevation = { kind: 'sudo-password', password: 'pass word' } as const
    const { command, input } = frame(sh`echo done`, { ...framing, elevation })
    const asSudo = command.replace("exec sudo -S -p '' -- ", '')
    expect(asSudo).not.toBe(command)
    const ran = spawnSync('sh', ['-c', `${before} exec ${asSudo}`], { input, encoding: 'utf8' })
    expect(ran.stdout).toBe('plumb123done\n')
  })

  it('puts neither script nor password on the command line', () => {
    const elevation = { kind: 'sudo-password', password: 'hush' } as const
    expect(frame(sh`echo content`, { ...framing, elevation }).command).not.toMatch(/hush|content/)
  })

  it('marks only the exit status that a transport could mistake for its own', () => {
    const marked = (code: number) => frame(sh`exit ${code}`, { ...framing, markExit255: true })
    const ends = [0, 254, 255].map((code) => {
      const { command, input } = marked(code)
      const ran = spawnSync('sh', ['-c', command], { input, encoding: 'utf8' })
      return [ran.status, ran.stderr]
    })
    expect(ends).toEqual([
      [0, 'plumb123'],
      [254, 'plumb123'],
      [255, 'plumb123plumb123x255'],
    ])
  })

  it('holds with the shell of the host that reads ahead', () => {
    // head may take more than it was asked for from a pipe: nothing else reads from it, and the script reads /dev/null.
    const { command, input } = frame(sh`wc -c`, framing)
    const ran = execFileSync('sh', ['-c', command], { input: Buffer.concat([input, Buffer.from('more')]) })
    expect(ran.toString().trim()).toBe('plumb1230')
  })
})
