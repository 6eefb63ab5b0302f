import { nameOf } from '../../model/address.ts'
import type { JsonObject } from '../../model/document.ts'
import type { Graph } from '../../model/graph.ts'
import { catalogItem } from '../../records/catalog.ts'

/** What an item of the catalogue asks. */
export interface ItemQuestions {
  readonly name: string
  readonly properties: JsonObject
  readonly required: readonly string[]
}

/** @param name with or without its kind; undefined where there is no such item */
export function itemQuestions(graph: Graph, name: string): ItemQuestions | undefined {
  const item = catalogItem(graph, nameOf(name))
  return item && { name: item.name, properties: item.spec.form.properties, required: item.spec.form.required ?? [] }
}
