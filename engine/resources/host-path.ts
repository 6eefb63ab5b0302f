import type { Address } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Place } from '../model/document.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** Where the engine keeps its own things on a host. */
export const stateFolder = '/var/lib/plumbline'

/** Findings about a path on a host: it has one spelling only, and is not one of the engine's own. */
export function checkPath(path: string, about: { place: Place; subject: Address }): readonly Diagnostic[] {
  const plain =
    path.startsWith('/') &&
    !/[\p{Cc}\u2028\u2029]/u.test(path) &&
    path
      .slice(1)
      .split('/')
      .every((part) => part !== '' && part !== '.' && part !== '..')
  const own = path === stateFolder || path.startsWith(`${stateFolder}/`)
  if (plain && !own) return []
  const summary = plain ? `${path} belongs to the engine` : `${JSON.stringify(path)} is not a plain path`
  return [report('unsafe-path', { ...about.place, subject: about.subject, summary })]
}

/** Octal with four digits, as `ls` would not say it but everybody means it: `644` is `0644`. */
export const fourDigits = (mode: string): string => mode.padStart(4, '0')
