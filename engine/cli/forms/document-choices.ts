import { nameOf } from '../../model/address.ts'
import type { Graph } from '../../model/graph.ts'
import type { Choice } from './prompter.ts'

/** Documents of kinds to choose from; with the kind in front where there are several. */
export const documentChoices =
  (graph: Graph) =>
  (kinds: readonly string[]): readonly Choice[] =>
    kinds.flatMap((kind) =>
      graph.ofKind(kind).map(({ address, document }): Choice => {
        const { title, fullName, purpose } = document.spec
        const about = [document.metadata.description, title, fullName, purpose].find((text) => typeof text === 'string')
        return {
          value: kinds.length === 1 ? nameOf(address) : address,
          ...(about !== undefined && { hint: String(about) }),
        }
      }),
    )
