import { passwordLook } from '../../model/password-look.ts'
import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { decodeBase64, textOf } from '../base64.ts'
import { numberedLines } from '../numbered-lines.ts'
import { absent, unknown, unparsable } from '../observed.ts'
import { awkLines, probeParts, seenOfFile } from '../part-of-file.ts'
import type { LineSpec, LineState } from './spec.ts'

/** The lines that match, as `line I COUNT BASE64`, the text being that of the last. */
export function probe(specs: readonly LineSpec[]): Script {
  return probeParts(specs.map((spec) => ({ path: spec.path, look: read`${matching(spec)}` })))
}

function matching({ key = '', line = '' }: LineSpec): Script {
  return read`got=$(KEY=${key} LINE=${line} awk '${awkLines}${awkMatch}
  matches($0) { n++; t = $0 }
  END { print n + 0; print plain(t) }' < "$p")
count=\${got%%"
"*}
text=\${got#*"
"}
printf 'line %s %s %s\n' "$i" "$count" "$(printf %s "$text" | head -c 4096 | base64 | tr -d '\\n')"`
}

/** Functions for awk: whether a line is the one that is meant. Leading blanks and comments before a key are no part of it. */
export const awkMatch = read`
function word(s) { sub(/^[ \\t]+/, "", s); sub(/[ \\t=:].*$/, "", s); return s }
function matches(s) { s = plain(s); return ENVIRON["KEY"] != "" ? word(s) == ENVIRON["KEY"] : s == ENVIRON["LINE"] }`

export function parse(specs: readonly LineSpec[], output: ProbeOutput): readonly Observation<LineState>[] {
  const lines = numberedLines(output.stdout)
  return specs.map((spec, i): Observation<LineState> => {
    const file = seenOfFile(lines, i, spec.path)
    if (file !== undefined) return file
    const found = /^(\d+) (\S*)$/.exec(lines.first(i, 'line') ?? '')
    const bytes = decodeBase64(found?.[2] ?? '')
    if (found === null || bytes === undefined) return unparsable(spec.path)
    const count = Number(found[1])
    if (count === 0) return absent
    if (count > 1 && spec.key !== undefined) {
      return unknown('unsupported', `${count} lines of ${spec.path} begin with ${spec.key}`)
    }
    const line = textOf(bytes)
    if (line === undefined || bytes.length >= 4096) return unknown('unsupported', `the line in ${spec.path} is no text`)
    // It would stand in plans and records. One that a document says already is no secret any more.
    if (line !== spec.line && passwordLook(line) >= 0) {
      return unknown('unsupported', `the line in ${spec.path} seems to hold a password: keep the file, with a secret`)
    }
    return { status: 'present', state: { line } }
  })
}
