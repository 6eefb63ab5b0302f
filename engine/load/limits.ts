/** What input may cost. The defaults are those of the Estate's schema. */
export interface Limits {
  readonly fileBytes: number
  readonly files: number
  readonly lineBytes: number
  readonly depth: number
  readonly aliases: number
}

export const defaultLimits: Limits = {
  fileBytes: 5_242_880,
  files: 200_000,
  lineBytes: 1_048_576,
  depth: 64,
  aliases: 100,
}

/** Values that a document may have once its aliases are written out. */
export const maxExpandedValues = 100_000
