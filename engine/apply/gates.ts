import { escapeControls } from '../model/escape.ts'
import type { Emit } from '../model/event.ts'
import { launcher } from '../model/launcher.ts'
import { join, read, type Script } from '../model/script.ts'
import { type HostConnector, isFailure, type Output, type Target } from '../ports/host-session.ts'
import type { Answer, Reach } from '../ports/reach.ts'

/** A regular expression that answers in time that grows with the text, whatever it is. */
export interface Pattern {
  readonly source: string
  test(text: string): boolean
}

/** What an answer over HTTP has to be like; any 2xx where no status is given. */
export interface ExpectedAnswer {
  readonly status?: number
  readonly body?: Pattern
}

/** A command that only looks, as the documents of the change say it. */
export interface LookCommand {
  readonly run: readonly string[]
  /** Account; it gains no rights. */
  readonly as: string
  readonly status: number
  readonly output?: Pattern
}

/** What is tried; one of them is given. */
export type Check =
  /** A systemd unit of the host must be active. */
  | { readonly service: string }
  /** A TCP port: of the host, or of the address that is given. */
  | { readonly tcp: number; readonly address?: string }
  /** A path on the host, with a port before it where it is not 80 (`:8080/health`), or a whole URL. */
  | { readonly http: string; readonly expected: ExpectedAnswer }
  | { readonly command: LookCommand }

/** Something that must hold before the next wave starts. */
export interface Gate {
  readonly name: string
  readonly check: Check
  /** `each` host of the wave, or `once` for each wave. */
  readonly per: 'each' | 'once'
  /** Of `each`: the hosts it is about; every host of the wave where not given. */
  readonly hosts?: ReadonlySet<string>
  /** Of `once`: the host that it is tried from; where the engine runs, if none is given. */
  readonly from?: Target
  /** At least one. */
  readonly attempts: number
  /** Milliseconds between two attempts, and those that one may take. */
  readonly interval: number
  readonly timeout: number
}

export interface GateWorld {
  readonly connector: HostConnector
  readonly reach: Reach
  readonly emit: Emit
  /** Lets time pass; ends early where somebody asks to stop. */
  readonly wait: (milliseconds: number) => Promise<void>
  readonly stopping: () => boolean
}

interface Found {
  readonly ok: boolean
  readonly detail: string
}

const bodyCap = 64 * 1024

/** Tries a gate on one host (none: from where the engine runs) until it holds or its attempts are used up. */
export async function tryGate(gate: Gate, target: Target | undefined, world: GateWorld): Promise<Found> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await tryOnce(gate, target, world)
    if (found.ok || attempt >= gate.attempts || world.stopping()) return counted(found, attempt)
    const { name, attempts: of, interval } = gate
    const what = `gate ${name}${target === undefined ? '' : ` on ${target.host}`}: ${found.detail}`
    world.emit({ type: 'waiting', what, attempt, of, milliseconds: interval })
    await world.wait(interval)
  }
}

const counted = ({ ok, detail }: Found, attempts: number): Found => ({
  ok,
  detail: attempts === 1 ? detail : `${detail} (attempt ${attempts})`,
})

async function tryOnce({ check, per, timeout }: Gate, target: Target | undefined, world: GateWorld): Promise<Found> {
  const { reach } = world
  if ('service' in check)
    return onHost(target, world, timeout, serviceScript(check.service), serviceFound(check.service))
  if ('command' in check) {
    const { command } = check
    return onHost(target, world, timeout, launched(command.as, timeout, command.run), commandFound(command))
  }
  if ('tcp' in check) {
    const { tcp: port, address } = check
    if (per === 'each' || target === undefined) return reach.tcp(address ?? target?.address ?? '', port, timeout)
    const words = ['bash', '-c', 'exec 3<>"/dev/tcp/$0/$1"', address ?? target.address, String(port)]
    return onHost(target, world, timeout, launched('nobody', timeout, words), tcpFound(port))
  }
  const { http, expected } = check
  const cap = expected.body === undefined ? 0 : bodyCap
  if (per === 'each' || target === undefined) {
    const url = http.includes('://') ? http : `http://${bracketed(target?.address ?? '')}${http}`
    return judged(url, await reach.http(url, { deadline: timeout, bodyCap: cap }), expected)
  }
  const words = ['curl', '-s', '-S', '-i', '--http1.1', '--max-time', String(Math.ceil(timeout / 1000)), '--', http]
  return onHost(target, world, timeout, launched('nobody', timeout, words), (output) =>
    judged(http, answerOf(output), expected),
  )
}

async function onHost(
  target: Target | undefined,
  { connector }: GateWorld,
  timeout: number,
  script: Script,
  judge: (output: Output) => Found,
): Promise<Found> {
  if (target === undefined) return { ok: false, detail: 'the gate names no host' }
  const session = await connector.connect(target, { deadline: timeout })
  if (isFailure(session)) return { ok: false, detail: session.detail }
  // The host ends it by itself; this is for hosts that hang.
  const output = await session.read(script, { deadline: timeout + 10_000, outputCap: bodyCap + 4096 })
  await session.close()
  if (output.timedOut || output.cutOff) return { ok: false, detail: 'the host did not answer in time' }
  if (output.notStarted !== undefined) return { ok: false, detail: output.notStarted.detail }
  return judge(output)
}

const serviceScript = (unit: string): Script => read`systemctl is-active -- ${unit}`

const serviceFound =
  (unit: string) =>
  ({ code }: Output): Found => ({ ok: code === 0, detail: `${unit} is ${code === 0 ? 'active' : 'not active'}` })

/** Words of the documents are quoted, run as an account without rights, and ended when their time is over. */
const launched = (account: string, timeout: number, words: readonly string[]): Script =>
  join([launcher, read`launch check ${account} ${Math.ceil(timeout / 1000)} '' ${words}`])

function commandFound({ status, output: pattern, run }: LookCommand) {
  return (output: Output): Found => {
    const name = run[0] ?? ''
    if (output.code === 124 && status !== 124) return { ok: false, detail: `${name} did not end in time` }
    if (output.code !== status)
      return { ok: false, detail: `${name} ended with ${output.code}, not ${status}: ${said(output)}` }
    if (pattern === undefined || pattern.test(text(output.stdout)))
      return { ok: true, detail: `${name} ended with ${status}` }
    return { ok: false, detail: `what ${name} printed does not match ${pattern.source}` }
  }
}

const tcpFound =
  (port: number) =>
  ({ code, ...output }: Output): Found =>
    code === 0
      ? { ok: true, detail: `port ${port} answers` }
      : { ok: false, detail: `port ${port} does not answer: ${said({ code, ...output })}` }

/** Of what `curl -i` prints. */
function answerOf(output: Output): Answer {
  const all = text(output.stdout)
  const status = /^HTTP\/[0-9.]+ ([0-9]{3})/.exec(all)?.[1]
  if (output.code !== 0 || status === undefined) return { failed: said(output) }
  const end = all.indexOf('\r\n\r\n')
  return { status: Number(status), body: end === -1 ? '' : all.slice(end + 4) }
}

function judged(url: string, answer: Answer, { status, body }: ExpectedAnswer): Found {
  if ('failed' in answer) return { ok: false, detail: `${url}: ${answer.failed}` }
  const good = status === undefined ? answer.status >= 200 && answer.status < 300 : answer.status === status
  if (!good || body === undefined || body.test(answer.body))
    return { ok: good, detail: `${url} answered ${answer.status}` }
  return { ok: false, detail: `${url} answered ${answer.status}, and its body does not match ${body.source}` }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes.subarray(0, bodyCap))

function said({ stdout, stderr }: Output): string {
  const lines = text(stderr.length > 0 ? stderr : stdout)
    .trim()
    .split(/\r?\n/)
  return escapeControls(lines.slice(-3).join(' / ').slice(-300)) || 'it said nothing'
}

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address)
