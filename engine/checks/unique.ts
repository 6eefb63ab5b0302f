import { accountName, accountNumber, parseAccount } from '../model/account.ts'
import type { Json, JsonPath, LoadedDocument } from '../model/document.ts'
import { isObject } from '../schema/is-object.ts'
import { type MarkedSchema, visitMarks } from '../schema/marks.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'
import { shown } from './schema-findings.ts'

/**
 * Values that stand in two documents and may in one only. A scope is a name that fields share (`ssh-key`), or the path of
 * another field of the spec (`rack.rack`): then the value is compared where that field is equal.
 */
export function uniqueFindings(input: CheckInput, marks: ReadonlyMap<string, MarkedSchema>): ValueFinding[] {
  const holders = new Map<string, LoadedDocument>()
  const findings: ValueFinding[] = []
  for (const document of input.graph.documents.values()) {
    const schema = marks.get(document.document.kind)
    if (schema === undefined) continue
    visitUnique(schema, document.document.spec, (keys, path) => {
      const holder = keys.map((key) => holders.get(key) ?? document).find((d) => d !== document)
      for (const key of keys) if (!holders.has(key)) holders.set(key, document)
      if (holder === undefined) return
      const summary = `${shown(['spec', ...path])} is the same as in ${holder.address}`
      findings.push({
        document,
        path: ['spec', ...path],
        what: 'value',
        summary,
        detail: `${holder.file}:${holder.line}`,
      })
    })
  }
  return findings
}

/** What a document holds that none other may hold. */
export function uniqueKeys(schema: MarkedSchema, spec: Json): readonly string[] {
  const found: string[] = []
  visitUnique(schema, spec, (keys) => found.push(...keys))
  return found
}

function visitUnique(schema: MarkedSchema, spec: Json, visit: (keys: readonly string[], path: JsonPath) => void): void {
  visitMarks(schema, spec, ({ unique }, value, path) => {
    if (unique === undefined || value === null || typeof value === 'object') return
    visit(
      comparable(value, unique).map((v) => JSON.stringify([unique, within(spec, unique), v])),
      path,
    )
  })
}

/** The value of the field that a scope names; nothing where it names none. */
function within(spec: Json, scope: string): Json {
  let value: Json | undefined = spec
  for (const step of scope.split('.')) value = isObject(value) ? value[step] : undefined
  return scope.includes('.') && value !== undefined ? value : null
}

/**
 * What none of may stand in another document. A public key is the same key whatever its comment says; an account on a forge is
 * known by its number, and its login is nobody else's at the same time.
 */
function comparable(value: Json, scope: string): readonly Json[] {
  if (typeof value !== 'string') return [value]
  if (scope !== 'account') return [/^(?:ssh-|ecdsa-|sk-)\S+ \S+/.exec(value)?.[0] ?? value]
  const account = parseAccount(value)
  return [accountName(account), accountNumber(account) ?? []].flat()
}
