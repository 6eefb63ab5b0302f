import type { ResourceType } from '../../model/resource.ts'
import { compareFields } from '../fields.ts'
import { discover, parse, probe } from './probe.ts'
import type { TimezoneSpec, TimezoneState } from './spec.ts'
import { steps } from './steps.ts'

/** The time zone of a host. There is one. */
export const resource: ResourceType<TimezoneSpec, TimezoneState> = {
  name: 'timezone',
  rank: 52,
  identify: () => 'system',
  normalise: ({ zone }) => ({ zone }),
  probe,
  parse,
  diff: ({ zone }, have) =>
    have === null
      ? [{ path: 'zone', after: zone }]
      : compareFields({ zone, file: zone }, have, ['zone', ...(have.file === null ? [] : ['file'])]),
  isAbsent: () => false,
  steps,
  discover,
  after: () => ['package:tzdata'],
  paths: () => ['/etc/localtime', '/etc/timezone'],
  watch: () => ['/etc/localtime', '/etc/timezone'],
  restore(_name, state) {
    return state !== null && (state.file === null || state.file === state.zone) ? { zone: state.zone } : null
  },
}
