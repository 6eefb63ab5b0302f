/** One thing a schema finds wrong, as ajv says it. */
export interface SchemaError {
  readonly instancePath: string
  readonly schemaPath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
  readonly message?: string
  readonly propertyName?: string
}

/** A compiled schema of whole documents. After a call that answers false, `errors` says why. */
export interface Validator {
  (document: unknown): boolean
  errors?: readonly SchemaError[] | null
}
