import { escapeControls } from '../model/escape.ts'
import type { Asking, FactName, FactProbe, Facts } from '../model/facts.ts'
import type { ProbeOutput, Unknown } from '../model/resource.ts'
import { join, read, type Script } from '../model/script.ts'

/** Exit statuses by which a probe says why it has no answer; what it lacks or may not see stands on standard error. */
const status = { unsupported: 75, denied: 77, missing: 127 } as const

/** Goes first in a probe that asks the kernel or systemd: below a root prefix they would tell of the machine around it. */
export const running: Script = read`[ -z "$R" ] || { echo 'the host does not run' >&2; exit ${status.unsupported}; }`

/** Goes before the first use of a tool that not every host has. */
export const needs = (tool: string): Script =>
  read`command -v ${tool} >/dev/null 2>&1 || { echo ${tool} >&2; exit ${status.missing}; }`

/** Ends the probe where what the shell's `$1` names is there and can't be read. Half a list would be taken for all of it. */
export const readable: Script = read`readable() { [ ! -e "$1" ] || [ -r "$1" ] || { echo "$1" >&2; exit ${status.denied}; }; }`

/** Most lines, and bytes, taken of one file that an account of the host may have written. */
const linesOfFile = 2000
const bytesOfFile = 262_144

/**
 * Prints each line of the files in `"$@"` as `line NUMBER TEXT`, the number being that of the file from 1: no line that
 * somebody wrote there can pass for one of ours. What is larger than such files are is not read.
 */
export const numberedLines: Script = read`[ $# != 0 ] || exit 0
sizes=$(wc -c -- "$@") || exit 1
left=$#
for size in $(printf '%s\\n' "$sizes" | awk '{ print $1 }'); do
  # The last line is the sum.
  [ "$left" -gt 0 ] || break
  left=$((left - 1))
  file=$1
  shift
  [ "$size" -le ${bytesOfFile} ] || file=/dev/null
  set -- "$@" "$file"
done
awk 'BEGIN {
  for (i = 1; i < ARGC; i++) {
    n = 0
    while (n++ < ${linesOfFile} && (getline text < ARGV[i]) > 0) print "line " i " " text
  }
}' "$@"`

/** A fact from its probe and a reader, which may throw or give undefined where the output makes no sense. */
export function fact<Name extends FactName>(
  name: Name,
  scripts: readonly Script[],
  reader: (stdout: string, asking: Asking, output: ProbeOutput) => NonNullable<Facts[Name]> | undefined,
): FactProbe<Name> {
  return {
    name,
    probe: join(scripts),
    parse(output, asking) {
      const refused = refusal(output)
      if (refused !== undefined) return refused
      try {
        return reader(output.stdout, asking, output) ?? unreadable(name)
      } catch {
        return unreadable(name)
      }
    },
  }
}

function refusal({ code, stderr }: ProbeOutput): Unknown | undefined {
  const said = escapeControls(stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? '')
  if (code === 0) return undefined
  if (code === status.unsupported) return { reason: 'unsupported', detail: said }
  if (code === status.denied) return { reason: 'no-permission', detail: `${said}: permission denied (sudo?)` }
  if (code === status.missing) return { reason: 'missing-tool', detail: `the host has no ${said}` }
  return { reason: 'unparsable', detail: said === '' ? `the probe ended with exit status ${code}` : said }
}

const unreadable = (name: string): Unknown => ({
  reason: 'unparsable',
  detail: `what the host said of ${name} can't be read`,
})

/** Whether a fact is one, or the reason why it can't be had. */
export const isUnknown = (value: object): value is Unknown => 'reason' in value && 'detail' in value

/** Lines with something in them. */
export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '')

/** What `numberedLines` printed, by number of the file. */
export function numbered(stdout: string): readonly { readonly file: number; readonly text: string }[] {
  return stdout.split('\n').flatMap((line) => {
    const [, file, text] = /^line (\d+) (.*)$/s.exec(line) ?? []
    return file === undefined || text === undefined ? [] : [{ file: Number(file), text }]
  })
}

/** Values of lines `TAG REST`, in order. */
export function tagged(stdout: string, tag: string): readonly string[] {
  const start = `${tag} `
  return stdout.split('\n').flatMap((line) => (line.startsWith(start) ? [line.slice(start.length)] : []))
}

/** The text without blanks around it; undefined where nothing is left, or what makers of hardware write who did not care. */
export function said(text: string | undefined): string | undefined {
  const value = text?.trim()
  if (value === undefined || value === '') return undefined
  return /^(to be filled by o\.?e\.?m\.?|default string|not specified|system (manufacturer|product name|serial number)|none|0+)$/i.test(
    value,
  )
    ? undefined
    : value
}

/** A number that JSON can hold; undefined for anything else. */
export function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : undefined
}

/** Only the fields that have a value: optional fields are left out, not undefined. */
export function compact<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as {
    [Key in keyof Value]: Exclude<Value[Key], undefined>
  }
}
