import type { RecordType } from '../../model/declared-record.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { JsonPath, LoadedDocument, Locate } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { specOf } from '../../model/practice.ts'
import { nearest } from '../../schema/nearest.ts'
import { codes } from './codes.ts'
import type { NotificationRuleSpec } from './rules.ts'

const report = reporter(codes)

/** Moves of changes, by the names that the ledger has for them. */
const plain = ['comment', 'link']

/** What would keep a rule from ever telling anybody. `refused` are documents that their schema refuses. */
export async function notificationRuleFindings(
  graph: Graph,
  locate: Locate,
  types: ReadonlyMap<string, RecordType>,
  refused: ReadonlySet<string>,
): Promise<readonly Diagnostic[]> {
  const documents = graph.ofKind('NotificationRule').filter((d) => !refused.has(d.address))
  if (documents.length === 0) return []
  const [{ compileRule }, { templateFault }, { ruleVariables }] = await Promise.all([
    import('../../policy/rule.ts'),
    import('./text.ts'),
    import('./rules.ts'),
  ])
  return documents.flatMap((document) => {
    const spec = specOf<NotificationRuleSpec>(document)
    const compiled = spec.when === undefined ? undefined : compileRule(spec.when, ruleVariables)
    const template = spec.template === undefined ? undefined : templateFault(spec.template)
    const faults: Fault[] = [
      ...nameFaults(spec, types),
      ...(compiled !== undefined && 'diagnostic' in compiled
        ? [{ path: ['when'], summary: compiled.diagnostic.summary }]
        : []),
      ...(template === undefined ? [] : [{ path: ['template'], summary: template }]),
      ...(spec.by.mail === true && spec.to === undefined
        ? [{ path: ['by', 'mail'], summary: 'a mail goes to somebody, and `to` names nobody' }]
        : []),
    ]
    return faults.map((fault) => tell(document, fault, locate))
  })
}

interface Fault {
  readonly path: JsonPath
  readonly summary: string
}

function nameFaults(
  { types: named = [], moves = [], states = [] }: NotificationRuleSpec,
  types: ReadonlyMap<string, RecordType>,
): readonly Fault[] {
  const known = ['change', ...types.keys()]
  const faults: Fault[] = named.flatMap((name, i) =>
    known.includes(name) ? [] : [unknown(['types', i], `type of record ${name}`, nearest(name, known))],
  )
  // Changes have moves and states of their own, which no type declares.
  if (faults.length > 0 || named.length === 0 || named.includes('change')) return faults
  const meant = named.flatMap((name) => types.get(name) ?? [])
  const allMoves = [...plain, ...meant.flatMap((t) => Object.keys(t.spec.transitions))]
  const allStates = meant.flatMap((t) => Object.keys(t.spec.states))
  return [
    ...moves.flatMap((name, i) =>
      allMoves.includes(name) ? [] : [unknown(['moves', i], `move ${name}`, nearest(name, allMoves))],
    ),
    ...states.flatMap((name, i) =>
      allStates.includes(name) ? [] : [unknown(['states', i], `state ${name}`, nearest(name, allStates))],
    ),
  ]
}

const unknown = (path: JsonPath, what: string, near: string | undefined): Fault => ({
  path,
  summary: `there is no ${what}${near === undefined ? '' : `; did you mean ${near}?`}`,
})

const tell = (document: LoadedDocument, { path, summary }: Fault, locate: Locate): Diagnostic =>
  report('notification-rule', { summary, subject: document.address, ...locate(document, ['spec', ...path]) })
