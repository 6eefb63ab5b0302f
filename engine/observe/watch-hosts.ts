import pLimit from 'p-limit'
import type { Catalogue, Resource } from '../model/resource.ts'
import type { Script } from '../model/script.ts'
import { type HostSession, isFailure, type Target } from '../ports/host-session.ts'
import { type Answer, compose } from './compose.ts'
import { fingerprintOf, fingerprintProbe, fingerprintSection, fingerprintText, splitByWatch } from './fingerprint.ts'
import { ask, type HostObservation, type ObserveOptions, observationOf, unseen } from './observe-host.ts'
import { inTurn, Patience } from './observe-hosts.ts'
import { unknown } from './parse-answers.ts'
import { type Questions, questionsAbout } from './questions.ts'

interface WatchOptions extends ObserveOptions {
  readonly targets: readonly Target[]
  readonly catalogues: ReadonlyMap<string, Catalogue>
  readonly concurrency?: number
}

/** Hosts that are looked at again and again over connections that stay open. */
export interface HostWatch {
  /**
   * Everything the first time; then a fingerprint of files, and only what it can't speak for. Where it moved, everything
   * again. Never rejects; a host that is lost is unknown, and tried anew the next time.
   */
  look(): Promise<readonly HostObservation[]>
  close(): Promise<void>
}

export function watchHosts(options: WatchOptions): HostWatch {
  const limit = pLimit(options.concurrency ?? 32)
  const patience = new Patience()
  const look = async (host: WatchedHost) => {
    const began = options.clock.now().getTime()
    const seen = await host.look()
    if (seen.failure === undefined) patience.answered(options.clock.now().getTime() - began)
    return seen
  }
  const hosts = options.targets.map(
    (target) =>
      new WatchedHost(target, options.catalogues.get(target.host) ?? { host: target.host, resources: [] }, options),
  )
  return {
    look: () =>
      Promise.all(
        hosts.map((host) =>
          inTurn(
            limit,
            () => look(host),
            () => patience.ms,
          ),
        ),
      ),
    close: async () => {
      await Promise.all(hosts.map((host) => host.close()))
    },
  }
}

class WatchedHost {
  readonly #target: Target
  readonly #catalogue: Catalogue
  readonly #options: WatchOptions
  readonly #asked: Asked
  #session: HostSession | undefined
  #last: { readonly observation: HostObservation; readonly fingerprint: string | undefined } | undefined

  constructor(target: Target, catalogue: Catalogue, options: WatchOptions) {
    this.#target = target
    this.#catalogue = catalogue
    this.#options = options
    this.#asked = askedAbout(catalogue, options)
  }

  async look(): Promise<HostObservation> {
    try {
      const observation = await this.#look()
      if (observation.failure !== undefined) await this.close()
      return observation
    } catch (error) {
      await this.close()
      const said = error instanceof Error ? error.message : String(error)
      return unseen(this.#catalogue, this.#options, unknown('observe-fault', said))
    }
  }

  async #look(): Promise<HostObservation> {
    if (this.#catalogue.resources.length === 0)
      return observationOf(this.#target.host, this.#catalogue, this.#asked.all, nothing, this.#options)
    const session = await this.#connected()
    if (isFailure(session)) return unseen(this.#catalogue, this.#options, unknown(session.failed, session.detail))
    const last = this.#last
    if (last?.fingerprint === undefined) return this.#everything(session)
    const { rest, restOnly } = this.#asked
    const answer = await ask(session, this.#asked.again, this.#options)
    const fingerprint = answer.sections.get(fingerprintSection)
    if (fingerprint === undefined) return unseen(this.#catalogue, this.#options, answer.gap)
    if (fingerprintText(fingerprint) !== last.fingerprint) return this.#everything(session)
    if (rest.probes.length === 0) {
      const observation = { ...last.observation, at: this.#options.clock.now().toISOString() }
      this.#last = { observation, fingerprint: last.fingerprint }
      return observation
    }
    const { host } = this.#target
    const seen = observationOf(host, { host, resources: restOnly }, rest, without(answer), this.#options)
    const observations = new Map([...last.observation.observations, ...seen.observations])
    return { ...last.observation, ...seen, observations }
  }

  async #everything(session: HostSession): Promise<HostObservation> {
    const { all, first } = this.#asked
    const answer = await ask(session, first, this.#options)
    const observation = observationOf(this.#target.host, this.#catalogue, all, without(answer), this.#options)
    const whole = observation.failure === undefined && all.probes.every((p) => answer.sections.has(p.type))
    // Taken before the rest was asked for: what moves in between is seen the next time.
    const fingerprint = whole ? fingerprintOf(answer.sections.get(fingerprintSection)) : undefined
    this.#last = { observation, fingerprint }
    return observation
  }

  async #connected() {
    if (this.#session !== undefined) return this.#session
    this.#last = undefined
    const connected = await this.#options.connector.connect(this.#target, { deadline: this.#options.deadlineMs })
    if (!isFailure(connected)) this.#session = connected
    return connected
  }

  async close(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    this.#last = undefined
    await session?.close().catch(() => {})
  }
}

/** What is asked about a list of resources, at first and again: hosts with the same list share it. */
interface Asked {
  readonly all: Questions
  readonly first: Script
  /** What the fingerprint does not speak for. */
  readonly restOnly: readonly Resource[]
  readonly rest: Questions
  readonly again: Script
}

const asked = new WeakMap<Questions, { readonly nonce: string; readonly asked: Asked }>()

function askedAbout({ resources }: Catalogue, { types, nonce }: WatchOptions): Asked {
  const all = questionsAbout(resources, types)
  const known = asked.get(all)
  if (known?.nonce === nonce) return known.asked
  const { paths, watched } = splitByWatch(all.byType, types)
  const fingerprint = { type: fingerprintSection, script: fingerprintProbe(paths) }
  const restOnly = resources.filter((r) => !watched.has(r.type))
  const rest = questionsAbout(restOnly, types)
  const made: Asked = {
    all,
    first: compose([fingerprint, ...all.probes], nonce),
    restOnly,
    rest,
    again: compose([fingerprint, ...rest.probes], nonce),
  }
  asked.set(all, { nonce, asked: made })
  return made
}

const nothing: Answer = { sections: new Map(), gap: unknown('unparsable', 'nothing was asked') }

/** What types were told, without the fingerprint. */
function without({ sections, gap }: Answer): Answer {
  return { sections: new Map([...sections].filter(([name]) => name !== fingerprintSection)), gap }
}
