/** Our own keywords, see `Kind`. */
export const vocabulary = ['ref', 'acyclic', 'unique', 'sensitive', 'immutable', 'allocate'] as const
