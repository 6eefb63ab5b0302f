import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mask, read, render, secret, sh } from '../model/script.ts'
import { compose, type Probe, split } from './compose.ts'

const nonce = 'a1b2c3d4e5f6'

function ask(probes: readonly Probe[], prologue = '') {
  const { stdout, stderr } = spawnSync('/bin/sh', ['-c', prologue + render(compose(probes, nonce))], { input: '' })
  return { stdout, stderr, answers: split({ stdout, stderr }, nonce) }
}

const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('\n', '\nbegin one\n', '\nzzzzzzzz end one 0\n', '\u001b[2J', '\n\n', "'", '\\', '::set-output x=y')
    .map((text) => Buffer.from(text)),
)
const chunks = fc.array(hostile, { maxLength: 5 }).map((parts) => Buffer.concat(parts))
/** A value that printf makes into these bytes: every byte as an octal escape. */
const octal = (bytes: Buffer) => [...bytes].map((b) => `\\0${b.toString(8).padStart(3, '0')}`).join('')
const decoded = (bytes: Buffer) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

describe('compose and split', () => {
  it('give each probe back what it printed, whatever that was, through a real shell', () => {
    const printed = fc.array(fc.record({ out: chunks, err: chunks, code: fc.nat(255) }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(printed, (sections) => {
        const probes = sections.map(({ out, err, code }, i) => ({
          type: `type${i}`,
          script: read`printf %b ${octal(out)}; printf %b ${octal(err)} >&2; exit ${code}`,
        }))
        const { answers } = ask(probes)
        const wanted = sections.map(({ out, err, code }, i) => [
          `type${i}`,
          { stdout: decoded(out), stderr: decoded(err), code },
        ])
        expect([...answers]).toEqual(wanted)
      }),
      { numRuns: 60 },
    )
  })

  it('never make up an answer out of a part of the output', () => {
    const probes = ['one', 'two', 'three'].map((type) => ({ type, script: read`echo ${type}; echo ${type} >&2` }))
    const { stdout, stderr, answers } = ask(probes)
    expect([...answers.keys()]).toEqual(['one', 'two', 'three'])
    fc.assert(
      fc.property(fc.nat(stdout.length), fc.nat(stderr.length), (out, err) => {
        const part = split({ stdout: stdout.subarray(0, out), stderr: stderr.subarray(0, err) }, nonce)
        for (const [type, answer] of part) expect(answer).toEqual(answers.get(type))
      }),
    )
    expect(split({ stdout, stderr: new Uint8Array() }, nonce).size).toBe(0)
  })

  it('pay no heed to noise around the sections', () => {
    const { answers } = ask([{ type: 'one', script: read`echo yes` }], 'echo welcome; printf "no line end" >&2; ')
    expect([...answers]).toEqual([['one', { stdout: 'yes\n', stderr: '', code: 0 }]])
  })

  it('keep probes apart: variables, folders, exits, broken syntax, killed shells, waiting for input', () => {
    const { answers } = ask([
      { type: 'sets', script: read`x=1; cd /; umask 777; exec 1>/dev/null; set -eu` },
      { type: 'broken', script: read`if then` },
      { type: 'waits', script: read`cat; read -r line; echo "$?"` },
      { type: 'sees', script: read`echo "x=\${x-unset}"; umask` },
    ])
    expect([...answers.keys()]).toEqual(['sets', 'broken', 'waits', 'sees'])
    expect(answers.get('broken')?.code).toBeGreaterThan(0)
    expect(answers.get('waits')?.stdout).toBe('1\n')
    expect(answers.get('sees')?.stdout).toMatch(/^x=unset\n(?!0777)/)
  })

  it('stay read-only, and refuse what is not', () => {
    expect(compose([{ type: 'one', script: read`:` }], nonce).readOnly).toBe(true)
    expect(() => compose([{ type: 'one', script: sh`rm -r /` }], nonce)).toThrow('changes the host')
    expect(() => compose([{ type: 'one two', script: read`:` }], nonce)).toThrow('name of a resource type')
    expect(() => compose([], 'short')).toThrow('nonce')
  })

  it('keep secrets masked', () => {
    const script = compose([{ type: 'one', script: read`echo ${secret("it's hidden")}` }], nonce)
    expect(mask(script)).not.toContain('hidden')
    expect(spawnSync('/bin/sh', ['-c', render(script)]).stdout.toString()).toContain("it's hidden")
  })
})
