import { type Address, nameOf } from '../model/address.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import type { ApprovalRequirement } from '../model/plan.ts'
import type { ChangedDocument } from './changed-documents.ts'
import { referenced } from './people.ts'

interface Stage {
  readonly name: string
  readonly environments: readonly string[]
  readonly ready?: { readonly approvals?: readonly { readonly team: string; readonly count?: number }[] }
}

/**
 * Who has to agree where a change lets an environment follow another release, or none any more, by the pipeline of the base: however the line
 * was moved, by `plumbline release promote` or by hand.
 */
export function promotionRequirements(
  changed: readonly ChangedDocument[],
  base: Graph,
): readonly ApprovalRequirement[] {
  return changed.flatMap(({ address, before, after }) => {
    // Letting go of a release is no less than taking another one.
    const release = followed(after) ?? followed(before)
    if (release === undefined || followed(after) === followed(before)) return []
    const pipeline: Address = `Pipeline/${release.slice(0, release.indexOf('/'))}`
    return stagesOf(base.documents.get(pipeline))
      .filter((stage) => stage.environments.some((e) => `Environment/${nameOf(e)}` === address))
      .flatMap((stage) =>
        (stage.ready?.approvals ?? []).map(({ team, count = 1 }) => ({
          count,
          teams: [referenced(team, 'Team')],
          because: `${pipeline} asks for it, for ${stage.name}`,
        })),
      )
  })
}

function followed(document: LoadedDocument | undefined): string | undefined {
  const follows = document?.document.kind === 'Environment' ? document.document.spec['follows'] : undefined
  const release = typeof follows === 'object' && follows !== null && 'release' in follows ? follows.release : undefined
  return typeof release === 'string' ? release : undefined
}

const stagesOf = (pipeline: LoadedDocument | undefined): readonly Stage[] =>
  (pipeline?.document.spec['stages'] as unknown as readonly Stage[] | undefined) ?? []
