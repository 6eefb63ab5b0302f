/** The estate's own file, at its root. */
export const estateFile = 'plumbline.yaml'
