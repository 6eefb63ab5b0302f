/** The estate's own file, at its root. */
export const estateFile = 'plumbline.yaml'

/** Where documents stand if the estate does not say it. */
export const usualDocuments: readonly string[] = ['inventory/**/*.yaml', 'policies/**/*.yaml', 'schemas/records/*.yaml']
