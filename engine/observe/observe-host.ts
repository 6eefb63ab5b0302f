import type { Digest, Sha256 } from '../model/canonical.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { FactProbe, HostFacts } from '../model/facts.ts'
import type { Catalogue, Observation, ResourceId, ResourceType, Unknown } from '../model/resource.ts'
import type { Script } from '../model/script.ts'
import type { Clock } from '../ports/clock.ts'
import { type HostConnector, type HostSession, isFailure, type Output, type Target } from '../ports/host-session.ts'
import { collectFacts, factSections } from './collect-facts.ts'
import { type Answer, type Probe, split } from './compose.ts'
import { type Discovery, discoverySections, readDiscovery } from './discover.ts'
import { messageOf, noticesIn, parseAnswers, unknown } from './parse-answers.ts'
import { type Questions, questionsAbout } from './questions.ts'

export interface ObserveOptions {
  readonly types: ReadonlyMap<string, ResourceType>
  readonly connector: HostConnector
  readonly clock: Clock
  readonly sha256: Sha256
  /** At least 8 letters and digits that no host can guess; a new one for each run. */
  readonly nonce: string
  /** Milliseconds for one host, from the first packet to the last. */
  readonly deadlineMs: number
  /** Bytes read of each stream of a host. */
  readonly outputCap: number
  /** Hands the open session on instead of closing it; the caller closes it then. */
  readonly keepOpen?: boolean
  /** Facts to ask for in the same round trip. */
  readonly facts?: readonly FactProbe[]
  /** Looks for what nobody declared, in the same round trip. */
  readonly discover?: boolean
}

/** What was asked of a host and what it said, as digests that a record can hold. */
interface Evidence {
  readonly command: Digest
  readonly output: Digest
}

/** What is known of one host. Every resource of its catalogue has an observation, if only `unknown`. */
export interface HostObservation {
  readonly host: string
  /** ISO 8601, UTC: when the host had answered. */
  readonly at: string
  readonly observations: ReadonlyMap<ResourceId, Observation>
  readonly evidence?: Evidence
  /** What was seen beside what was asked for, such as keys that nobody declared. */
  readonly notices?: readonly Diagnostic[]
  /** Only where they were asked for, and the host answered. */
  readonly facts?: HostFacts
  readonly discovered?: Discovery
  /** Why nothing at all is known of the host. */
  readonly failure?: Unknown
  /** Only with `keepOpen`, and where the host answered. */
  readonly session?: HostSession
}

/** Looks at one host: connects, asks for everything in one round trip, and closes. Never rejects. */
export async function observeHost(
  target: Target,
  catalogue: Catalogue,
  options: ObserveOptions,
): Promise<HostObservation> {
  const began = options.clock.now().getTime()
  const idle = catalogue.resources.length === 0 && beside(options).length === 0
  if (idle && options.keepOpen !== true) return seen(target, options, new Map())
  let session: HostSession | undefined
  try {
    const connected = await options.connector.connect(target, { deadline: options.deadlineMs })
    if (isFailure(connected)) return unseen(catalogue, options, unknown(connected.failed, connected.detail))
    session = connected
    const left = Math.max(1, options.deadlineMs - (options.clock.now().getTime() - began))
    const observation = await observeSession(session, catalogue, { ...options, deadlineMs: left })
    if (observation.failure === undefined && options.keepOpen === true) return { ...observation, session }
    // Everything is known: a goodbye takes a round trip, and nobody has to wait for that.
    void session.close().catch(() => {})
    return observation
  } catch (error) {
    await session?.close().catch(() => {})
    return unseen(catalogue, options, fault(error))
  }
}

/** Looks at a host over a session that is open already, and leaves it open. */
export async function observeSession(
  session: HostSession,
  catalogue: Catalogue,
  options: SessionOptions,
): Promise<HostObservation> {
  const { host } = session.target
  const questions = questionsAbout(catalogue.resources, options.types)
  const more = beside(options)
  if (questions.probes.length + more.length === 0) return observationOf(host, catalogue, questions, noAnswer, options)
  const sent = options.clock.now()
  // Facts and types are the same for all hosts of a run, and a run has its nonce.
  const purpose = more.map((probe) => probe.type).join(' ')
  const script = questions.script(purpose, options.nonce, () => [...questions.probes, ...more])
  const answer = await ask(session, script, options)
  if (answer.sections.size === 0) return unseen(catalogue, options, answer.gap)
  const asking = { sent, now: options.clock.now(), sha256: options.sha256 }
  return {
    ...observationOf(host, catalogue, questions, answer, options),
    ...(options.facts !== undefined && { facts: collectFacts(host, options.facts, answer, asking) }),
    ...(options.discover === true && { discovered: readDiscovery(options.types, answer) }),
  }
}

/** What is asked beside what is declared. Facts go last, the clock being the last of them. */
function beside({ types, facts = [], discover }: SessionOptions): readonly Probe[] {
  return [...(discover === true ? discoverySections(types) : []), ...factSections(facts)]
}

export type SessionOptions = Omit<ObserveOptions, 'connector' | 'keepOpen'>

const noAnswer: Answer = { sections: new Map(), gap: unknown('unparsable', 'nothing was asked') }

/** One round trip. */
export async function ask(session: HostSession, script: Script, options: SessionOptions): Promise<Answer> {
  const output = await session.read(script, {
    deadline: options.deadlineMs,
    outputCap: options.outputCap,
  })
  return { sections: split(output, options.nonce), gap: whyIncomplete(output) }
}

/** What an answer says of a catalogue. */
export function observationOf(
  host: string,
  catalogue: Catalogue,
  questions: Questions,
  { sections, gap }: Answer,
  options: SessionOptions,
): HostObservation {
  const { byType, probes } = questions
  if (probes.length === 0) return seen({ host }, options, parseAnswers(byType, sections, undefined, options.types))
  if (sections.size === 0) return unseen(catalogue, options, gap)
  const { observations, output } = questions.read(sections, gap, options.sha256)
  const notices = noticesIn(byType, sections, options.types, host)
  return {
    ...seen({ host }, options, observations),
    evidence: { command: questions.command(options.sha256), output },
    ...(notices.length > 0 && { notices }),
  }
}

/** Why an answer may have gaps. */
function whyIncomplete(output: Output): Unknown {
  if (output.notStarted) return unknown(output.notStarted.failed, output.notStarted.detail)
  if (output.timedOut) return unknown('deadline', 'the host did not say everything in time')
  if (output.cutOff) return unknown('cut-off', 'the connection broke before the host had said everything')
  if (output.truncated) return unknown('output-cap', 'the host printed more than is read of one host')
  const said = new TextDecoder().decode(output.stderr.subarray(0, 300))
  return unknown('unparsable', `the probes did not run to their end (exit status ${output.code}) ${said}`.trim())
}

function seen(
  target: { readonly host: string },
  options: { readonly clock: Clock },
  observations: ReadonlyMap<ResourceId, Observation>,
) {
  return { host: target.host, at: options.clock.now().toISOString(), observations }
}

export function unseen(catalogue: Catalogue, options: { readonly clock: Clock }, failure: Unknown): HostObservation {
  const all = catalogue.resources.map(({ id }) => [id, { status: 'unknown', unknown: failure } as const] as const)
  return { ...seen(catalogue, options, new Map(all)), failure }
}

function fault(error: unknown): Unknown {
  return unknown('observe-fault', messageOf(error))
}
