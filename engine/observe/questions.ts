import { type Digest, digestOf, type Sha256 } from '../model/canonical.ts'
import type { Observation, ProbeOutput, Resource, ResourceId, ResourceType, Unknown } from '../model/resource.ts'
import { mask, type Script } from '../model/script.ts'
import { compose, type Probe } from './compose.ts'
import { groupByType, parseAnswers } from './parse-answers.ts'

type Types = ReadonlyMap<string, ResourceType>

/** What an answer says. */
interface Reading {
  readonly observations: ReadonlyMap<ResourceId, Observation>
  /** Of the sections of the resources alone: what else was asked in the same breath does not change it. */
  readonly output: Digest
}

/** Answers that are kept for hosts that say the same, and bytes of one that is. */
const kept = { answers: 4, bytes: 128 * 1024 }

/** What is asked about a list of resources. Hosts that get the same share a list, so all of it is made once. */
export class Questions {
  readonly byType: ReadonlyMap<string, readonly Resource[]>
  /** One for each type that the list has resources of. */
  readonly probes: readonly Probe[]
  readonly #types: Types
  #command: Digest | undefined
  #readings: readonly { readonly answers: Answers; readonly reading: Reading }[] = []
  /** The last script of each purpose: a nonce holds for one run over many hosts. */
  readonly #scripts = new Map<string, { readonly nonce: string; readonly script: Script }>()

  constructor(resources: readonly Resource[], types: Types) {
    this.#types = types
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

  /** Reads an answer. Hosts that are alike say the same: it is read once, and what it says is held once. */
  read(sections: ReadonlyMap<string, ProbeOutput>, gap: Unknown, sha256: Sha256): Reading {
    const answers = this.probes.map(({ type }) => sections.get(type))
    const known = this.#readings.find((r) => r.answers.every((answer, i) => isSame(answer, answers[i])))
    if (known !== undefined) return known.reading
    const reading = {
      observations: parseAnswers(this.byType, sections, gap, this.#types),
      output: digestOf(sha256, Object.fromEntries(this.probes.map(({ type }) => [type, sections.get(type)]))),
    }
    const bytes = answers.reduce((sum, answer) => sum + sizeOf(answer), 0)
    if (bytes <= kept.bytes) this.#readings = [{ answers, reading }, ...this.#readings.slice(0, kept.answers - 1)]
    return reading
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

type Answers = readonly (ProbeOutput | undefined)[]

const isSame = (a: ProbeOutput | undefined, b: ProbeOutput | undefined): boolean =>
  a !== undefined && a.code === b?.code && a.stdout === b.stdout && a.stderr === b.stderr

/** Half an answer is never kept: why it is half is told of one host alone. */
const sizeOf = (answer: ProbeOutput | undefined): number =>
  answer === undefined ? Number.POSITIVE_INFINITY : answer.stdout.length + answer.stderr.length

const made = new WeakMap<Types, WeakMap<readonly Resource[], Questions>>()

/** The questions about a list of resources: the same for the same list. */
export function questionsAbout(resources: readonly Resource[], types: Types): Questions {
  const ofTypes = made.get(types) ?? new WeakMap<readonly Resource[], Questions>()
  made.set(types, ofTypes)
  const questions = ofTypes.get(resources) ?? new Questions(resources, types)
  ofTypes.set(resources, questions)
  return questions
}
