import { type Digest, digestOf, type Sha256 } from '../model/canonical.ts'
import type { Resource, ResourceType } from '../model/resource.ts'
import { mask, type Script } from '../model/script.ts'
import { compose, type Probe } from './compose.ts'
import { groupByType } from './parse-answers.ts'

type Types = ReadonlyMap<string, ResourceType>

/** What is asked about a list of resources. Hosts that get the same share a list, so all of it is made once. */
export class Questions {
  readonly byType: ReadonlyMap<string, readonly Resource[]>
  /** One for each type that the list has resources of. */
  readonly probes: readonly Probe[]
  #command: Digest | undefined
  /** The last script of each purpose: a nonce holds for one run over many hosts. */
  readonly #scripts = new Map<string, { readonly nonce: string; readonly script: Script }>()

  constructor(resources: readonly Resource[], types: Types) {
    this.byType = groupByType(resources)
    this.probes = [...this.byType].flatMap(([type, group]): Probe[] => {
      const script = types.get(type)?.probe(group.map((resource) => resource.spec))
      return script === undefined ? [] : [{ type, script }]
    })
  }

  /** What stands in a record for the probes. */
  command(sha256: Sha256): Digest {
    this.#command ??= digestOf(sha256, Object.fromEntries(this.probes.map((probe) => [probe.type, mask(probe.script)])))
    return this.#command
  }

  /** The script that asks; `purpose` names what `probes` are, so that they are put together once for each nonce. */
  script(purpose: string, nonce: string, probes: () => readonly Probe[]): Script {
    const known = this.#scripts.get(purpose)
    if (known?.nonce === nonce) return known.script
    const script = compose(probes(), nonce)
    this.#scripts.set(purpose, { nonce, script })
    return script
  }
}

const made = new WeakMap<Types, WeakMap<readonly Resource[], Questions>>()

/** The questions about a list of resources: the same for the same list. */
export function questionsAbout(resources: readonly Resource[], types: Types): Questions {
  const ofTypes = made.get(types) ?? new WeakMap<readonly Resource[], Questions>()
  made.set(types, ofTypes)
  const questions = ofTypes.get(resources) ?? new Questions(resources, types)
  ofTypes.set(resources, questions)
  return questions
}
