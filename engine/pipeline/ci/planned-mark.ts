import type { Forge } from '../../ports/forge.ts'
import { planMarker } from '../../pull-request/plan-comment.ts'

/** The commits that a plan comment is about. */
export interface PlannedCommits {
  readonly base: string
  readonly head: string
}

/** A line that nobody sees, so that whoever comes later knows what was planned without planning it again. */
export const plannedMark = ({ base, head }: PlannedCommits): string => `<!-- plumbline:planned ${base} ${head} -->`

/** What the plan comment of a pull request is about; undefined where there is none. */
export async function plannedOf(forge: Forge, number: number): Promise<PlannedCommits | undefined> {
  const self = await forge.self()
  const own = (await forge.comments(number)).filter(
    (c) => c.account.login === self.login && c.body.includes(planMarker),
  )
  return readMark(own[0]?.body ?? '')
}

/** The last such line of a comment: what stands above it may quote one. */
function readMark(body: string): PlannedCommits | undefined {
  const [, base, head] = /<!-- plumbline:planned ([0-9a-f]{40,64}) ([0-9a-f]{40,64}) -->\s*$/.exec(body) ?? []
  return base === undefined || head === undefined ? undefined : { base, head }
}
