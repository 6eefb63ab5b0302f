import { read, type Script, sh } from '../model/script.ts'

type Word = Parameters<typeof sh>[1]

/** Values side by side as words of a command; read-only, as values are. */
export function words(values: readonly Word[]): Script {
  return { readOnly: true, parts: values.flatMap((value, i) => read`${i === 0 ? noWord : space}${value}`.parts) }
}

/** Scripts side by side, with nothing between them. */
export function concat(scripts: readonly Script[]): Script {
  return { readOnly: scripts.every((s) => s.readOnly), parts: scripts.flatMap((s) => s.parts) }
}

const noWord: Script = { readOnly: true, parts: [] }
const space: Script = { readOnly: true, parts: [{ text: ' ', secret: false }] }

/**
 * A step in a subshell of its own: nothing it sets or ends is felt outside, and no tool reads what is not meant for it.
 * `fail` says why and ends it; every command that may fail ends in `|| exit 1`, since `set -e` is off where a caller
 * tests the status.
 */
export function step(body: Script): Script {
  return sh`(
exec </dev/null
fail() { printf '%s\n' "$1" >&2; exit 1; }
${body}
)`
}
