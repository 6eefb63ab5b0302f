import { type Address, nameOf } from '../../model/address.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import { type PracticeInput, specOf } from '../../model/practice.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** Relations in which somebody answers for something, gives their word or is woken. */
const answers = /^(metadata\.owner$|spec\.(lead|owner|onCall|approver|contact|manager))/

/**
 * Documents that still name somebody who has left. Nothing is had by that: hosts, doors and applications go by the person's own
 * document. What they answer for is told apart, since nobody does now.
 */
export function checkLeavers({ graph, locate }: PracticeInput): readonly Diagnostic[] {
  const left = graph.ofKind('Person').filter((d) => specOf<{ readonly active?: boolean }>(d).active === false)
  return left.flatMap(({ address }) =>
    graph.incoming(address).flatMap((edge) => {
      const document = graph.documents.get(edge.from)
      if (document === undefined || isPast(edge.label)) return []
      const answered = answers.test(edge.label)
      const summary = answered
        ? `${nameOf(address)}, who has left, is the ${lastWord(edge.label)} of ${edge.from}`
        : `${edge.from} still names ${nameOf(address)}, who has left`
      const place = { ...locate(document, edge.path), subject: edge.from }
      return [report(answered ? 'leaver-answers' : 'leaver', { summary, ...place })]
    }),
  )
}

/** Exceptions end by themselves, and say of whom they were. */
const isPast = (label: string): boolean => label.startsWith('spec.except')

const lastWord = (label: string): string => label.slice(label.lastIndexOf('.') + 1)

/** Service accounts that have ended while grants or groups still name them. */
export function checkAccounts({ graph, locate, now }: PracticeInput): readonly Diagnostic[] {
  return graph.ofKind('ServiceAccount').flatMap((document) => {
    const { expires } = specOf<{ readonly expires: string }>(document)
    if (Date.parse(expires) > now.getTime()) return []
    const named: readonly Address[] = graph.incoming(document.address).map((e) => e.from)
    const by = named.length === 0 ? '' : `, and ${[...new Set(named)].sort().join(', ')} still names it`
    const place = { ...locate(document, ['spec', 'expires']), subject: document.address }
    return [report('account-over', { summary: `it ended on ${expires}${by}`, ...place })]
  })
}
