import type { Discovered, ProbeOutput, ResourceType } from '../../model/resource.ts'
import { ask, readAnswer, textIn } from './probe.ts'
import { type FirewallSpec, rulesetPath } from './spec.ts'

/** A ruleset that somebody wrote, as far as the kernel holds just that. */
export const discover: NonNullable<ResourceType<FirewallSpec>['discover']> = { probe: ask('none'), parse }

function parse(output: ProbeOutput): readonly Discovered<FirewallSpec>[] {
  const answer = readAnswer(output)
  if (answer === undefined) return []
  const { tags, others } = answer
  const live = (tags.get('live') ?? '').split(' ')[0] ?? ''
  const enabled = tags.get('enabled')?.startsWith('enabled') === true
  const leftOut = (because: string): readonly Discovered<FirewallSpec>[] => [{ leftOut: rulesetPath, because }]
  if (!tags.has('file') || tags.has('packaged')) {
    return others.length === 0 || live === 'offline'
      ? []
      : leftOut(`tables are loaded that no file says: ${others.slice(0, 10).join(', ')}`)
  }
  const content = textIn(tags.get('text'))
  if (content === undefined || content === '') return leftOut('it is too long, empty or no text')
  if (live === 'same' || live === 'offline') {
    return [{ spec: { content, ...(!enabled && { enabled: false }) }, claims: [rulesetPath] }]
  }
  if (!enabled && live === 'differs') return leftOut('it is neither loaded now nor at the next start')
  if (live === 'differs') return leftOut('what is loaded differs from it')
  return leftOut(live === 'not-loadable' ? 'nft does not accept it' : 'it can not be compared with what is loaded')
}
