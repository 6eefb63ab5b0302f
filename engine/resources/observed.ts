import { escapeControls } from '../model/escape.ts'
import type { Observation } from '../model/resource.ts'

type Unknown = Extract<Observation, { status: 'unknown' }>

/** Nothing can be said about a resource; the detail is made safe to print. */
export function unknown(
  reason: 'no-permission' | 'missing-tool' | 'unparsable' | 'unsupported',
  detail: string,
): Unknown {
  return { status: 'unknown', unknown: { reason, detail: escapeControls(detail.slice(0, 300)) } }
}

export const noPermission = (what: string): Unknown => unknown('no-permission', `${what}: permission denied (sudo?)`)
export const missingTool = (tool: string): Unknown => unknown('missing-tool', `the host has no ${tool}`)
export const unparsable = (what: string): Unknown =>
  unknown('unparsable', `what the host said of ${what} can't be read`)
export const absent: Observation<never> = { status: 'absent' }

/** Whole lines only: where the host was cut off in the middle of one, half a value must not be taken for a value. */
export const wholeLines = (stdout: string): string[] => stdout.split('\n').slice(0, -1)

/** A probe's output as words: each line `tag rest`, in order. Lines that have another form are left out. */
export function taggedLines(stdout: string): { readonly tag: string; readonly rest: string }[] {
  return wholeLines(stdout).flatMap((line) => {
    const found = /^([a-z]+)(?: (.*))?$/s.exec(line)
    return found?.[1] === undefined ? [] : [{ tag: found[1], rest: found[2] ?? '' }]
  })
}

/** `word rest` split at the first space. */
export function splitFirst(text: string): readonly [string, string] {
  const at = text.indexOf(' ')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}
