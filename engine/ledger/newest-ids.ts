import type { LedgerView } from '../ports/ledger.ts'

/** Ids of the records below a folder, or of one year of them, newest first; reads no more folders than are asked for. See `foldersOf`. */
export async function* newestIds(view: LedgerView, folder: string, year?: number): AsyncGenerator<string> {
  for (const tens of newestFirst((await view.list(folder)).filter((name) => isOf(name, year))))
    for (const hundreds of newestFirst(await view.list(`${folder}/${tens}`)))
      for (const file of newestFirst(await view.list(`${folder}/${tens}/${hundreds}`)))
        yield file.replace(/\.yaml$/, '')
}

/** Whether a folder holds ten thousands of a year: other files lie beside them. */
function isOf(name: string, year: number | undefined): boolean {
  const match = /^(\d{4})-\d+$/.exec(name)
  return match !== null && (year === undefined || Number(match[1]) === year)
}

/** By the year they begin with, where they do, then by the last number, however many digits it has. */
function newestFirst(names: readonly string[]): readonly string[] {
  const numbered = names.map((name) => {
    const match = /^(?:(\d{4})-|.*-)?(\d+)(?:\.yaml)?$/.exec(name)
    return { name, year: Number(match?.[1] ?? 0), number: Number(match?.[2] ?? 0) }
  })
  return numbered.sort((a, b) => b.year - a.year || b.number - a.number).map(({ name }) => name)
}
