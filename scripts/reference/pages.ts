import { readFileSync } from 'node:fs'
import { CORE_SCHEMA, load } from 'js-yaml'
import { kinds } from '../../engine/generated/kinds.ts'
import { codeBooks, resourceTypes } from '../../engine/generated/registry.ts'
import type { JsonObject } from '../../engine/model/document.ts'
import { codesPage } from './codes-page.ts'
import { kindsPage } from './kinds-page.ts'

/** Pages of `docs/reference/` by path. */
export function referencePages(): ReadonlyMap<string, string> {
  const resources = new Map(
    [...resourceTypes.keys()].map((name) => {
      const text = readFileSync(`engine/resources/${name}/schema.yaml`, 'utf8')
      return [name, load(text, { schema: CORE_SCHEMA }) as JsonObject]
    }),
  )
  return new Map([
    ['docs/reference/kinds.md', kindsPage(kinds, resources)],
    ['docs/reference/codes.md', codesPage(codeBooks)],
  ])
}
