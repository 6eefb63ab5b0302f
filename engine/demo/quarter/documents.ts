import { stringify } from 'yaml'

/** Documents as one file. */
export const documents = (...all: readonly object[]): string =>
  all.map((document) => stringify({ apiVersion: 'plumbline/v1', ...document })).join('---\n')
