import type { Severity } from '../model/diagnostic.ts'
import type { Json, JsonPath, LoadedDocument } from '../model/document.ts'
import { isObject } from '../schema/is-object.ts'
import { nearest } from '../schema/nearest.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'
import { zoned } from './grants.ts'

const longest = 366 * 86_400_000

/** What changes are judged by: no template covers it, whatever it says. */
const neverCovered: ReadonlySet<string> = new Set([
  ...['Estate', 'Policy', 'ChangePolicy', 'StandardChange', 'ChangeWindow', 'Freeze', 'Pipeline', 'Team', 'Person'],
  ...['RecordType', 'CatalogItem'],
])

type Finding = ValueFinding & { readonly severity?: Severity }

/** What would keep a template for standard changes from covering anything, without a word: names that nothing is called, and an end that is none. */
export function standardChangeFindings(input: CheckInput): Finding[] {
  return input.graph
    .ofKind('StandardChange')
    .flatMap((document) => [
      ...kindFindings(document, input),
      ...typeFindings(document, input),
      ...endFindings(document, input.now),
    ])
}

function kindFindings(document: LoadedDocument, { kinds }: CheckInput): Finding[] {
  const known = [...kinds.keys()]
  return listAt(document.document.spec['documents']).flatMap((entry, i) =>
    namesAt(entry, 'kinds').flatMap((name, j) => {
      const path = ['spec', 'documents', i, 'kinds', j]
      if (!known.includes(name)) return [unknown(document, path, 'kind', nearest(name, known))]
      return neverCovered.has(name)
        ? [
            {
              document,
              path,
              what: 'value' as const,
              summary: `${name} is what changes are judged by, and never covered`,
            },
          ]
        : []
    }),
  )
}

function typeFindings(document: LoadedDocument, { types }: CheckInput): Finding[] {
  if (types === undefined) return []
  const known = [...types.keys()]
  return namesAt(document.document.spec['actions'], 'types').flatMap((name, i) =>
    known.includes(name)
      ? []
      : [unknown(document, ['spec', 'actions', 'types', i], 'resource type', nearest(name, known))],
  )
}

function endFindings(document: LoadedDocument, now: Date): Finding[] {
  const { expires } = document.document.spec
  if (typeof expires !== 'string') return []
  const at = (summary: string, severity: Severity): Finding[] => [
    { document, path: ['spec', 'expires'], what: 'value', summary, severity },
  ]
  const time = zoned.test(expires) ? Date.parse(expires) : Number.NaN
  if (Number.isNaN(time)) return at('the end of the template is not a date and time with a zone', 'error')
  if (time > now.getTime() + longest) return at('the template ends more than a year from now', 'error')
  return time > now.getTime() ? [] : at('the template has ended and covers nothing any more', 'warning')
}

function unknown(document: LoadedDocument, path: JsonPath, what: string, near: string | undefined): Finding {
  const hint = near === undefined ? {} : { hint: `Did you mean ${near}?` }
  return { document, path, what: 'value', summary: `there is no ${what} of the name`, ...hint }
}

const listAt = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])

const namesAt = (value: Json | undefined, key: string): readonly string[] =>
  listAt(isObject(value) ? value[key] : undefined).filter((name) => typeof name === 'string')
