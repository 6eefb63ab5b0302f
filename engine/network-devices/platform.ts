import type { NetworkPlatformSpec } from '../generated/types.ts'
import { masked } from '../model/redactor.ts'
import { anyOf, type Matches, shownUpTo } from './patterns.ts'

/** How devices of one make are spoken to and read, ready for use. */
export interface Platform {
  readonly spec: NetworkPlatformSpec
  readonly isPrompt: Matches
  readonly isPasswordPrompt: Matches
  readonly pagers: readonly { readonly waits: Matches; readonly key: string }[]
  readonly isRefusal: Matches
  readonly isLastLine: Matches | undefined
  readonly isIgnored: Matches
  /** Sections in which order counts where it does not otherwise, or the other way round. */
  readonly turnsOrder: Matches
  readonly keepsOrder: Matches
  /** A line without what is nobody's to see. */
  readonly hide: (line: string) => string
}

/** Reads a platform that was checked. */
export function readPlatform(spec: NetworkPlatformSpec): Platform {
  const sensitive = (spec.sensitive ?? []).map((words) => words.trim().split(/\s+/))
  return {
    spec,
    isPrompt: anyOf([spec.prompt]),
    isPasswordPrompt: anyOf([spec.enable?.passwordPrompt ?? '^[Pp]assword:']),
    pagers: (spec.pagers ?? []).map(({ prompt, key }) => ({
      waits: anyOf([prompt]),
      key: key === 'enter' ? '\n' : ' ',
    })),
    isRefusal: anyOf(spec.refused),
    isLastLine: spec.lastLine === undefined ? undefined : anyOf([spec.lastLine]),
    isIgnored: anyOf(spec.ignore),
    turnsOrder: anyOf(spec.order?.within),
    keepsOrder: anyOf(spec.order?.lines),
    hide: (line) => {
      const end = shownUpTo(line, sensitive)
      return end === undefined ? line : line.slice(0, end) + masked
    },
  }
}
