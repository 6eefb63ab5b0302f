import type { JsonPath, LoadedDocument, Locate, Place } from './document.ts'

/** A place that is looked up when somebody asks: a lookup reads the file again, and most are never asked for. */
export function lazyPlace(
  locate: Locate,
  document: LoadedDocument<unknown>,
  path: JsonPath,
  what?: 'key' | 'value',
): Place {
  let found: Place | undefined
  const place = (): Place => (found ??= locate(document as LoadedDocument, path, what))
  return {
    // Known without a look.
    file: document.file,
    get line() {
      return place().line
    },
    get column() {
      return place().column
    },
  }
}
