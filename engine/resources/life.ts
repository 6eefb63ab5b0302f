import { canonicalJson, type Sha256 } from '../model/canonical.ts'
import type { JsonObject } from '../model/document.ts'
import type { Change, Observation, ProbeOutput, Resource, ResourceType } from '../model/resource.ts'
import { hostPath, join, type Script, sh } from '../model/script.ts'
import { stateFolder } from './host-path.ts'

/** One station in the life of a resource, as `cases/life.yaml` of its type tells it. */
export interface Station {
  readonly title: string
  /** As a document says it. */
  readonly spec: JsonObject
  /** Shell that somebody else runs on the host before, with `$R`. */
  readonly disturb?: string
  readonly expect: 'create' | 'update' | 'delete' | 'none'
  /** True where what the step did can't be taken back in full, so that going back is not tried. */
  readonly oneWay?: boolean
}

/** A host that a life is lived on: simulated or real. */
export interface LifeHost {
  look(script: Script): Promise<ProbeOutput>
  run(script: Script): Promise<ProbeOutput>
}

/** What became of a station; `problems` is empty where all went as told. */
export interface Passed {
  readonly title: string
  readonly verb: string
  readonly problems: readonly string[]
}

/**
 * Lives a resource's life on a host: at each station observes, acts, observes again; takes the step back by its inverse
 * and by `restore`, and does it again. The same life is lived on simulated and on real hosts.
 */
export async function liveThrough(
  type: ResourceType,
  stations: readonly Station[],
  host: LifeHost,
  sha256: Sha256,
): Promise<readonly Passed[]> {
  const passed: Passed[] = []
  for (const station of stations) {
    if (station.disturb !== undefined)
      await host.run({ readOnly: false, parts: [{ text: station.disturb, secret: false }] })
    const life = new Life(type, resourceOf(type, station.spec, sha256), host)
    const before = await life.observe()
    const verb = life.verbFor(before)
    if (verb === 'create' || verb === 'update' || verb === 'delete')
      await life.act(verb, before, station.oneWay === true)
    passed.push({ title: station.title, verb, problems: life.problems })
  }
  return passed
}

/** As the compiler would make it: content with its digest. */
export function resourceOf(type: ResourceType, declared: JsonObject, sha256: Sha256): Resource {
  const { requires: _requires, restartOn: _restartOn, ...spec } = declared
  const content = spec['content']
  const whole = typeof content === 'string' ? { ...spec, sha256: sha256(content) } : spec
  const name = type.identify(whole)
  return {
    id: `${type.name}:${name}`,
    type: type.name,
    name,
    spec: type.normalise(whole),
    declaredBy: [],
    requires: [],
    restartOn: [],
  }
}

class Life {
  readonly problems: string[] = []
  readonly #type: ResourceType
  readonly #resource: Resource
  readonly #host: LifeHost

  constructor(type: ResourceType, resource: Resource, host: LifeHost) {
    this.#type = type
    this.#resource = resource
    this.#host = host
  }

  async observe(spec: JsonObject = this.#resource.spec): Promise<Observation> {
    const output = await this.#host.look(this.#type.probe([spec]))
    const [seen] = this.#type.parse([spec], output)
    if (seen?.status === 'unknown') this.problems.push(`unknown: ${seen.unknown.reason}: ${seen.unknown.detail}`)
    return seen ?? { status: 'absent' }
  }

  verbFor(
    seen: Observation,
    spec: JsonObject = this.#resource.spec,
  ): 'create' | 'update' | 'delete' | 'none' | 'unknown' {
    if (seen.status === 'unknown') return 'unknown'
    if (this.#type.isAbsent(spec)) return seen.status === 'absent' ? 'none' : 'delete'
    if (seen.status === 'absent') return 'create'
    return this.#type.diff(spec, seen.state, seen.excerpt).length === 0 ? 'none' : 'update'
  }

  async act(verb: 'create' | 'update' | 'delete', before: Observation, oneWay: boolean): Promise<void> {
    const step = await this.#do(verb, before, this.#resource)
    if (oneWay) return
    const have = stateOf(before)
    if (step.inverse !== undefined) {
      await this.#run(step.inverse, 'inverse')
      this.#same(have, await this.observe(), 'the inverse')
      await this.#again()
    }
    const spec = this.#type.restore(this.#resource.name, have)
    if (spec === null) return
    const restored = { ...this.#resource, spec: this.#type.normalise(spec) }
    const now = await this.observe(restored.spec)
    const back = this.verbFor(now, restored.spec)
    if (back !== 'none' && back !== 'unknown') await this.#do(back, now, restored)
    const end = await this.observe(restored.spec)
    if (have !== null) this.#same(have, end, 'the restored spec')
    await this.#again()
  }

  async #again(): Promise<void> {
    const seen = await this.observe()
    const verb = this.verbFor(seen)
    if (verb !== 'none' && verb !== 'unknown') await this.#do(verb, seen, this.#resource)
  }

  async #do(verb: 'create' | 'update' | 'delete', seen: Observation, resource: Resource) {
    const have = stateOf(seen)
    const excerpt = seen.status === 'present' ? seen.excerpt : undefined
    const fields = verb === 'delete' && have === null ? [] : this.#type.diff(resource.spec, have, excerpt)
    const change: Change = { verb, resource, have, fields }
    const step = this.#type.steps(change)
    await this.#run(join([...(step.preimages ?? []).map(keep), step.script]), step.summary)
    const after = await this.observe(resource.spec)
    const still = this.verbFor(after, resource.spec)
    if (still !== 'none') this.problems.push(`after «${step.summary}» there is still something to ${still}`)
    return step
  }

  async #run(script: Script, what: string): Promise<void> {
    const output = await this.#host.run(script)
    if (output.code !== 0) this.problems.push(`«${what}» ended with ${output.code}: ${output.stderr.trim()}`)
  }

  /** An account that was not there comes back locked: that is as absent as its type promises. */
  #same(have: JsonObject | null, seen: Observation, what: string): void {
    const now = stateOf(seen)
    const gone = have === null && now !== null && now['locked'] === true
    if (!gone && canonicalJson(now) !== canonicalJson(have)) {
      this.problems.push(`${what} left ${canonicalJson(now)} where there was ${canonicalJson(have)}`)
    }
  }
}

const stateOf = (seen: Observation): JsonObject | null => (seen.status === 'present' ? seen.state : null)

function keep({ path, sha256 }: { readonly path: string; readonly sha256: string }): Script {
  const folder = hostPath(`${stateFolder}/preimages`)
  return sh`mkdir -p ${folder} && cp -p ${hostPath(path)} ${hostPath(`${stateFolder}/preimages/${sha256}`)} || exit 1`
}
