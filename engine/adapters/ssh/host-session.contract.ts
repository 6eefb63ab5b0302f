import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { hostPath, read, secret, sh } from '../../model/script.ts'
import type { HostConnector, HostSession, Output, SessionFailure, Target } from '../../ports/host-session.ts'
import { isFailure } from '../../ports/host-session.ts'

/** A connector and a host it reaches, as the contract needs them. */
interface Lab {
  readonly connector: HostConnector
  readonly target: Target
  stop(): Promise<void>
}

const enough = { deadline: 20_000, outputCap: 1_000_000 }
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8')

/** A session, or the test fails with the reason why there is none. */
export async function sessionOf(connector: HostConnector, target: Target): Promise<HostSession> {
  const session = await connector.connect(target, { deadline: 20_000 })
  if (isFailure(session)) throw new Error(`${session.failed}: ${session.detail}`)
  return session
}

/** A failure, or the test fails. */
export async function failureOf(connector: HostConnector, target: Target, deadline = 20_000): Promise<SessionFailure> {
  const session = await connector.connect(target, { deadline })
  if (!isFailure(session)) throw new Error('there is a session')
  return session
}

/** What every session promises, whatever carries it. */
export function hostSessionContract(name: string, open: () => Promise<Lab>): void {
  describe(name, () => {
    let lab: Lab
    let session: HostSession
    let scratch: string

    beforeAll(async () => {
      scratch = mkdtempSync(join(tmpdir(), 'plumbline-contract-'))
      lab = await open()
      session = await sessionOf(lab.connector, lab.target)
    })

    afterAll(async () => {
      await session?.close()
      await lab?.connector.close()
      await lab?.stop()
      rmSync(scratch, { recursive: true, force: true })
    })

    it('runs a script and keeps both streams and the status apart', async () => {
      const output = await session.run(sh`echo out; echo err >&2; exit 3`, enough)
      expect(shown(output)).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n', flags: '' })
    })

    it.each([0, 1, 126, 127, 254, 255])('gives back exit status %i', async (code) => {
      expect(shown(await session.read(read`exit ${code}`, enough))).toEqual({ code, stdout: '', stderr: '', flags: '' })
    })

    it('says null where a signal ended the script', async () => {
      expect((await session.run(sh`kill -KILL $$`, enough)).code).toBeNull()
    })

    it('refuses to change anything while looking', async () => {
      const file = join(scratch, 'written')
      await expect(session.read(sh`touch ${file}`, enough)).rejects.toThrow('only looks')
      expect(existsSync(file)).toBe(false)
    })

    it('carries any value through the shell unharmed', async () => {
      const value = fc.string({ unit: 'binary', maxLength: 40 }).filter((v) => !v.includes('\0'))
      const hostile = fc.constantFrom("'", "';id;'", '$(id)', '`id`', '\\', '\n', '-rf', '!!', '"', '*', '~', '#', '%s')
      await fc.assert(
        fc.asyncProperty(fc.array(fc.oneof(value, hostile), { minLength: 1, maxLength: 20 }), async (values) => {
          const output = await session.read(read`printf '%s\\0' ${values}`, enough)
          expect(text(output.stdout).split('\0').slice(0, -1)).toEqual(values)
        }),
        { numRuns: 15 },
      )
    })

    it('gives scripts the same bare surroundings everywhere', async () => {
      const script = read`printf '%s|' "$R" "$LC_ALL" "$(umask)" "$PWD"; case $PATH in *:/usr/sbin:*) echo sbin;; esac; cat`
      expect(text((await session.read(script, enough)).stdout)).toBe(`${lab.target.root}|C|0022|/|sbin\n`)
    })

    it('puts paths below the root of the target', async () => {
      const output = await session.read(read`echo ${hostPath('/etc/motd of $HOME')}`, enough)
      expect(text(output.stdout)).toBe(`${lab.target.root}/etc/motd of $HOME\n`)
    })

    it.runIf(existsSync('/proc/self/cmdline'))('never shows a secret on any command line', async () => {
      const hidden = `hush-${Math.random().toString(36).slice(2)}`
      const listing = sh`x=${secret(hidden)}; [ -n "$x" ] || exit 9; cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'; true`
      const output = await session.run(listing, { ...enough, outputCap: 20_000_000 })
      expect(output.code).toBe(0)
      expect(text(output.stdout)).toContain('/bin/sh')
      expect(text(output.stdout)).not.toContain(hidden)
    })

    it('hands bytes over as they are: ANSI, NUL, what is not UTF-8', async () => {
      const script = read`x='\\033[31m\\000\\377\\200::set-output name=x::y\\r\\n'; printf "$x"; printf "$x" >&2`
      const output = await session.read(script, enough)
      const bytes = Buffer.from('\x1b[31m\0\xff\x80::set-output name=x::y\r\n', 'latin1')
      expect(Buffer.from(output.stdout)).toEqual(bytes)
      expect(Buffer.from(output.stderr)).toEqual(bytes)
    })

    it('takes a script of 300 KB', async () => {
      const long = 'ü'.repeat(150_000)
      const output = await session.run(sh`x=${long}; printf %s "$x" | wc -c`, enough)
      expect(text(output.stdout).trim()).toBe('300000')
    })

    it('keeps no more of each stream than the cap, and says so', async () => {
      const script = sh`head -c 300000 /dev/zero | tr '\\0' a; head -c 300000 /dev/zero | tr '\\0' b >&2; exit 4`
      const output = await session.run(script, { ...enough, outputCap: 1000 })
      expect(output).toMatchObject({ code: 4, truncated: true, timedOut: false, cutOff: false })
      expect([text(output.stdout), text(output.stderr)]).toEqual(['a'.repeat(1000), 'b'.repeat(1000)])
      const fits = await session.run(sh`head -c 1000 /dev/zero`, { ...enough, outputCap: 1000 })
      expect([fits.stdout.length, fits.truncated]).toEqual([1000, false])
    })

    it('stops a look that prints without end', async () => {
      const output = await session.read(read`while :; do echo 'and on'; done`, { ...enough, outputCap: 1000 })
      expect(output).toMatchObject({ code: null, truncated: true, timedOut: false })
      expect(output.stdout.length).toBe(1000)
    })

    it('comes back at the deadline with what there is so far', async () => {
      const output = await session.read(read`echo begun; sleep 600`, { ...enough, deadline: 1500 })
      expect(shown(output)).toEqual({ code: null, stdout: 'begun\n', stderr: '', flags: 'timedOut' })
    })

    it('lets a change finish that takes longer than its deadline', async () => {
      const file = join(scratch, 'changed')
      const output = await session.run(sh`sleep 2; echo on; : > ${file}`, { ...enough, deadline: 1000 })
      expect(output).toMatchObject({ code: null, timedOut: true })
      await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 10_000 })
    })

    it('goes on working after all that, several scripts at a time', async () => {
      const outputs = await Promise.all(['1', '2', '3', '4'].map((n) => session.read(read`echo ${n}`, enough)))
      expect(outputs.map((output) => text(output.stdout))).toEqual(['1\n', '2\n', '3\n', '4\n'])
    })

    it('says what the shell says of a broken script', async () => {
      const output = await session.run(sh`if then`, enough)
      expect(output.code).toBeGreaterThan(0)
      expect(text(output.stderr)).toMatch(/[Ss]yntax error|unexpected/)
    })

    it('lets a script read nothing of what was sent', async () => {
      expect(shown(await session.run(sh`cat; read -r line || echo none`, enough)).stdout).toBe('none\n')
    })
  })
}

function shown(output: Output) {
  const flags = (['truncated', 'timedOut', 'cutOff'] as const).filter((flag) => output[flag]).join()
  return { code: output.code, stdout: text(output.stdout), stderr: text(output.stderr), flags }
}

/** What a connector over a network is held to as well. `through` is the way to the host's port that the test can break. */
export interface RemoteLab extends Lab {
  /** Same host, a key that it does not accept. */
  readonly stranger: HostConnector
  readonly otherKey: string
  readonly noisy: readonly [HostConnector, Target]
  readonly shellless: readonly [HostConnector, Target]
  /** A jump host with a key of its own, and the target behind it. */
  readonly jump: Target
  cut(): void
  /** A port where something listens and never says a word. */
  readonly mutePort: number
  readonly closedPort: number
}

export function remoteContract(name: string, open: () => Promise<RemoteLab>): void {
  describe(`${name}, the way there`, () => {
    let lab: RemoteLab

    beforeAll(async () => {
      lab = await open()
    })

    afterAll(async () => {
      await lab?.connector.close()
      await lab?.stop()
    })

    const hello = async (connector: HostConnector, target: Target) => {
      const session = await sessionOf(connector, target)
      const output = await session.read(read`echo hello`, enough)
      await session.close()
      return shown(output)
    }
    const greeting = { code: 0, stdout: 'hello\n', stderr: '', flags: '' }

    it('believes a host that proves one of the pinned keys', async () => {
      const hostKeys = [lab.otherKey, ...lab.target.hostKeys]
      expect(await hello(lab.connector, { ...lab.target, hostKeys })).toEqual(greeting)
    })

    it('goes nowhere where no key is pinned', async () => {
      const failure = await failureOf(lab.connector, { ...lab.target, hostKeys: [] })
      expect(failure).toMatchObject({ failed: 'host-key-unknown', detail: expect.stringContaining(lab.target.host) })
    })

    it('refuses a host with another key, and shows both fingerprints', async () => {
      const failure = await failureOf(lab.connector, { ...lab.target, hostKeys: [lab.otherKey] })
      expect(failure.failed).toBe('host-key-mismatch')
      expect(failure.detail.match(/SHA256:[\w+/]{43}/g)).toHaveLength(2)
    })

    it('says that the host does not accept the key', async () => {
      expect(await failureOf(lab.stranger, lab.target)).toMatchObject({ failed: 'auth-failed' })
    })

    it('says that nothing listens', async () => {
      const failure = await failureOf(lab.connector, { ...lab.target, port: lab.closedPort })
      expect(failure).toMatchObject({ failed: 'host-unreachable', detail: expect.stringMatching(/refused/i) })
    })

    it('says that a name leads nowhere', async () => {
      const failure = await failureOf(lab.connector, { ...lab.target, address: 'no-such-host.invalid' })
      expect(failure.failed).toBe('host-unreachable')
    })

    it('waits no longer than the deadline for a host that says nothing', async () => {
      const failure = await failureOf(lab.connector, { ...lab.target, port: lab.mutePort }, 300)
      expect(failure.failed).toBe('deadline')
    })

    it.each([
      ['address', '-oProxyCommand=touch'],
      ['address', 'a b'],
      ['address', 'x\n  ProxyCommand touch'],
      ['user', '-oProxyCommand=touch'],
    ])('takes no option for a host: %s %j', async (field, value) => {
      const file = join(tmpdir(), `plumbline-option-${process.pid}`)
      const session = await lab.connector.connect({ ...lab.target, [field]: `${value} ${file}` }, { deadline: 20_000 })
      expect(existsSync(file)).toBe(false)
      if (!isFailure(session)) await session.close() // A server may let a user of any name in.
    })

    it('hears nothing of what login files print', async () => {
      expect(await hello(...lab.noisy)).toEqual(greeting)
    })

    it('says that there is no shell, and what came instead', async () => {
      const [connector, target] = lab.shellless
      const session = await sessionOf(connector, target)
      const output = await session.read(read`echo hello`, enough)
      expect(output).toMatchObject({ code: null, notStarted: { failed: 'no-shell' } })
      await session.close()
    })

    it('goes over a jump host whose key is pinned', async () => {
      expect(await hello(lab.connector, { ...lab.target, jump: lab.jump })).toEqual(greeting)
    })

    it.each([
      ['host-key-unknown', () => []],
      ['host-key-mismatch', () => [lab.otherKey]],
    ] as const)('says of a jump host too: %s', async (failed, hostKeys) => {
      const failure = await failureOf(lab.connector, { ...lab.target, jump: { ...lab.jump, hostKeys: hostKeys() } })
      expect(failure).toMatchObject({ failed, detail: expect.stringMatching(/jump|SHA256/) })
    })

    it('knows when the connection was cut under a script, and stays cut', async () => {
      const session = await sessionOf(lab.connector, lab.target)
      const folder = mkdtempSync(join(tmpdir(), 'plumbline-cut-'))
      const running = session.run(sh`echo begun; touch ${join(folder, 'begun')}; sleep 5; echo ended`, enough)
      await vi.waitFor(() => expect(existsSync(join(folder, 'begun'))).toBe(true), { timeout: 10_000 })
      lab.cut()
      expect(shown(await running)).toMatchObject({ code: null, stderr: '', flags: 'cutOff' })
      expect(shown(await session.read(read`echo again`, enough))).toMatchObject({ code: null, flags: 'cutOff' })
      await session.close()
      rmSync(folder, { recursive: true, force: true })
    })

    it('can be closed twice', async () => {
      const session = await sessionOf(lab.connector, lab.target)
      await session.close()
      await session.close()
    })
  })
}
