import { canonicalJson, type Sha256 } from '../model/canonical.ts'
import type { JsonObject } from '../model/document.ts'
import type { Observation, ProbeOutput, Resource, ResourceType, Step } from '../model/resource.ts'
import { hostPath, join, type Script, sh } from '../model/script.ts'
import { stateFolder } from './host-path.ts'

/** One station in the life of a resource, as `cases/life.yaml` of its type tells it. */
export interface Station {
  readonly title: string
  /** As a document says it. */
  readonly spec: JsonObject
  /** Shell that somebody else runs on the host before, with `$R`. */
  readonly disturb?: string
  /** Shell that is run between the look and the step: what another step of the same change does. */
  readonly meanwhile?: string
  /** True where no document names it any more: what is asked for then is what its type makes of that. */
  readonly undeclared?: boolean
  readonly expect: 'create' | 'update' | 'delete' | 'none'
  /** Why what the step did can't be taken back in full; going back is not tried then. */
  readonly oneWay?: string
}

/** One way in which a step fails on a host, as `cases/failure.yaml` of its type tells it. */
export interface Failure {
  readonly title: string
  /** Shell that is run on the host first, with `$R`. */
  readonly before?: string
  readonly spec: JsonObject
  readonly verb: 'create' | 'update' | 'delete'
  /** What the host has to say of it, among the rest. */
  readonly says: string
  /** Shell that is run between the look and the step. */
  readonly meanwhile?: string
  /** Shell that succeeds only where nothing was left half done; it may then clear away what stood in the way. */
  readonly after?: string
  /** Why the resource is then not what it was before; the step's inverse brings that back. */
  readonly leaves?: string
  /** True where a simulated host can't fail so. */
  readonly realOnly?: boolean
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
    const declared = resourceOf(type, station.spec, sha256)
    const gone = station.undeclared === true ? type.restore(declared.name, null) : null
    const life = new Life(type, gone === null ? declared : { ...declared, spec: type.normalise(gone) }, host)
    const before = await life.observe()
    const verb = life.verbFor(before)
    if (station.meanwhile !== undefined) await life.shell(station.meanwhile, 'meanwhile')
    if (verb === 'create' || verb === 'update' || verb === 'delete')
      await life.act(verb, before, station.oneWay !== undefined)
    passed.push({ title: station.title, verb, problems: life.problems })
  }
  return passed
}

/**
 * Lets steps fail on a host: each says why, and leaves the resource as it was, or what its case says, and no file of ours
 * beside those of the host.
 */
export async function failThrough(
  type: ResourceType,
  failures: readonly Failure[],
  host: LifeHost,
  sha256: Sha256,
): Promise<readonly Passed[]> {
  const passed: Passed[] = []
  for (const failure of failures) {
    const life = new Life(type, resourceOf(type, failure.spec, sha256), host)
    if (failure.before !== undefined) await life.shell(failure.before, 'before')
    const before = await life.observe()
    const verb = life.verbFor(before)
    if (failure.meanwhile !== undefined) await life.shell(failure.meanwhile, 'meanwhile')
    if (verb === 'create' || verb === 'update' || verb === 'delete') await life.fail(verb, before, failure)
    passed.push({ title: failure.title, verb, problems: life.problems })
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

  /** Does what has to fail. */
  async fail(verb: 'create' | 'update' | 'delete', before: Observation, failure: Failure): Promise<void> {
    const { says, after, leaves } = failure
    const step = this.#stepFor(verb, before, this.#resource)
    const output = await this.#host.run(join([...(step.preimages ?? []).map(keep), settled(step)]))
    if (output.code === 0) this.problems.push(`«${step.summary}» did not fail`)
    if (!output.stderr.includes(says)) this.problems.push(`«${step.summary}» said: ${output.stderr.trim()}`)
    if (after !== undefined) await this.shell(after, 'after')
    await this.shell(leftovers, 'what is left of ours')
    const now = await this.observe()
    if (leaves === undefined) this.#same(stateOf(before), now, 'the failure')
    else if (canonicalJson(stateOf(now)) === canonicalJson(stateOf(before)))
      this.problems.push('the failure left nothing')
    if (leaves === undefined || step.inverse === undefined) return
    await this.#run(step.inverse, 'inverse')
    this.#same(stateOf(before), await this.observe(), 'the inverse')
  }

  async shell(text: string, what: string): Promise<void> {
    await this.#run({ readOnly: false, parts: [{ text, secret: false }] }, what)
  }

  async #again(): Promise<void> {
    const seen = await this.observe()
    const verb = this.verbFor(seen)
    if (verb !== 'none' && verb !== 'unknown') await this.#do(verb, seen, this.#resource)
  }

  #stepFor(verb: 'create' | 'update' | 'delete', seen: Observation, resource: Resource): Step {
    const have = stateOf(seen)
    const excerpt = seen.status === 'present' ? seen.excerpt : undefined
    const fields = verb === 'delete' && have === null ? [] : this.#type.diff(resource.spec, have, excerpt)
    return this.#type.steps({ verb, resource, have, fields })
  }

  async #do(verb: 'create' | 'update' | 'delete', seen: Observation, resource: Resource): Promise<Step> {
    const step = this.#stepFor(verb, seen, resource)
    await this.#run(join([...(step.preimages ?? []).map(keep), settled(step)]), step.summary)
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

/** Fails where a folder that a new file was prepared in is still there. */
const leftovers = `set -- "$R"/etc "$R"/srv "$R"/home "$R"/usr/local "$R"/var/lib/plumbline
left=$(find "$@" -name '.plumbline.??????' 2>/dev/null)
[ -z "$left" ] || { echo "$left" >&2; exit 1; }`

/** A step with what has to follow it. */
const settled = ({ script, settle }: Step): Script =>
  settle === undefined
    ? script
    : sh`${script} || exit
${settle.script}`

const stateOf = (seen: Observation): JsonObject | null => (seen.status === 'present' ? seen.state : null)

function keep({ path, sha256 }: { readonly path: string; readonly sha256: string }): Script {
  const folder = hostPath(`${stateFolder}/preimages`)
  return sh`mkdir -p ${folder} && cp -p ${hostPath(path)} ${hostPath(`${stateFolder}/preimages/${sha256}`)} || exit 1`
}
