import type { FieldChange, ResourceType } from '../../model/resource.ts'
import { asSet, compareFields } from '../fields.ts'
import { discover, parse, probe } from './probe.ts'
import { entryOf, type LocaleSpec, type LocaleState } from './spec.ts'
import { steps } from './steps.ts'

/** The language of a host, and the locales it generates. There is one. */
export const resource: ResourceType<LocaleSpec, LocaleState> = {
  name: 'locale',
  rank: 53,
  identify: () => 'system',
  normalise: ({ lang, generate }) => ({
    lang,
    ...(generate !== undefined && { generate: asSet(generate.map(entryOf)) }),
  }),
  probe,
  parse,
  diff,
  isAbsent: () => false,
  steps,
  discover,
  after: () => ['package:locales'],
  paths: () => ['/etc/default/locale', '/etc/locale.gen'],
  watch: () => ['/etc/default/locale', '/etc/locale.conf', '/etc/locale.gen'],
  restore(_name, state) {
    if (state === null || state.lang === null) return null
    return { lang: state.lang, ...(state.generate !== null && { generate: state.generate }) }
  },
}

function diff(want: LocaleSpec, have: LocaleState | null): readonly FieldChange[] {
  return compareFields(want, have, ['lang', 'generate'])
}
