import type { Inputs } from './read-inputs.ts'

/** Text of `record-types.ts`: the record types that come with the engine, as data. */
export function recordTypesText({ recordTypes }: Inputs): string {
  return `${[
    "import type { RecordTypeDocument } from '../model/declared-record.ts'",
    '',
    '/** Record types that come with the engine, by name. */',
    'export const recordTypes: ReadonlyMap<string, RecordTypeDocument> = new Map(',
    '  (JSON.parse(',
    `    ${JSON.stringify(JSON.stringify(recordTypes))},`,
    '  ) as RecordTypeDocument[]).map((document) => [document.metadata.name, document]),',
    ')',
  ].join('\n')}\n`
}
