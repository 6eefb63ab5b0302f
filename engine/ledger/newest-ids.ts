import type { LedgerView } from '../ports/ledger.ts'

/** Ids of the records of a year, newest first; reads no more folders than are asked for. See `foldersOf`. */
export async function* idsOfYear(view: LedgerView, year: string): AsyncGenerator<string> {
  for (const tens of newestFirst(await view.list(year)))
    for (const hundreds of newestFirst(await view.list(`${year}/${tens}`)))
      for (const file of newestFirst(await view.list(`${year}/${tens}/${hundreds}`))) yield file.replace(/\.yaml$/, '')
}

/** By the last number in their names, however many digits it has. */
export function newestFirst(names: readonly string[]): readonly string[] {
  const numbered = names.map((name) => ({ name, number: Number(/(\d+)(?:\.yaml)?$/.exec(name)?.[1] ?? 0) }))
  return numbered.sort((a, b) => b.number - a.number).map(({ name }) => name)
}
