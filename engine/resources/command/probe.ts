import { launcher } from '../../model/launcher.ts'
import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { hostPath, join, read, type Script } from '../../model/script.ts'
import { decodeBase64 } from '../base64.ts'
import { type NumberedLines, numberedLines } from '../numbered-lines.ts'
import { absent, missingTool, noPermission, unknown, unparsable } from '../observed.ts'
import { words } from '../shell.ts'
import { type CommandSpec, type CommandState, checkSeconds, noteOf, wordsOf } from './spec.ts'

/**
 * Runs the checks. A session that observes takes read-only scripts only, and this one is read-only in everything that is
 * ours: the check itself is a quoted word in it, so that it can't become part of our text, end our script early or see
 * another resource. That the check only looks is what the estate says of it; it is reviewed like every document, not run before
 * that (`ResourceType.runs`), and held down here: it runs as an account without rights (`nobody`, unless `checkAs` names another), without a way to gain
 * any (no-new-privs), without input, environment of the command or secrets, for ten seconds. Somebody who names root in
 * `checkAs` has a check that could write; nothing here keeps it from doing so.
 */
export function probe(specs: readonly CommandSpec[]): Script {
  return read`(
exec </dev/null
for t in timeout base64 tail tr id; do command -v "$t" >/dev/null || echo "missing $t"; done
${launcher}
kept() {
  d=\${2%/*}
  if [ -f "$2" ] && [ -r "$2" ]; then printf 'kept %s %s\n' "$1" "$(base64 < "$2" | tr -d '\n')"
  else
    [ -d "$d" ] || d=\${d%/*}
    if [ -d "$d" ] && [ ! -x "$d" ]; then echo "closed $1"; fi
  fi
}
# The status comes after whatever was printed, so that nothing printed can be taken for it.
check() {
  i=$1
  shift
  printf 'ran %s %s\n' "$i" "$({ launch check "$@" 2>&1; printf '\n%s' "$?"; } | tail -c 1000 | base64 | tr -d '\n')"
}
there() {
  d=\${2%/*}
  while [ -n "$d" ] && [ ! -d "$d" ]; do d=\${d%/*}; done
  if [ -e "$2" ] || [ -L "$2" ]; then echo "there $1"
  elif [ -x "\${d:-/}" ]; then echo "gone $1"
  else echo "denied $1"
  fi
}
${join(specs.map(look))}
echo end
)
`
}

function look(spec: CommandSpec, i: number): Script {
  const kept = read`kept ${i} ${hostPath(noteOf(spec.name))}`
  if (spec.ensure === 'absent') return kept
  const parts = [kept]
  if (spec.creates !== undefined) parts.push(read`there ${i} ${hostPath(spec.creates)}`)
  if (spec.check !== undefined) {
    parts.push(read`check ${i} ${spec.checkAs ?? 'nobody'} ${checkSeconds} '' ${words(wordsOf(spec.check))}`)
  }
  return join(parts)
}

export function parse(specs: readonly CommandSpec[], output: ProbeOutput): readonly Observation<CommandState>[] {
  const lines = numberedLines(output.stdout)
  return specs.map((spec, i): Observation<CommandState> => {
    const [tool] = lines.missing
    if (tool !== undefined) return missingTool(tool)
    if (!lines.whole) return unparsable(`the command ${spec.name}`)
    const kept = keptOf(lines, i)
    if (kept === undefined) return unparsable(`the command ${spec.name}`)
    if (spec.ensure === 'absent') {
      if (lines.first(i, 'closed') !== undefined) return noPermission(noteOf(spec.name))
      return kept === null ? absent : { status: 'present', state: { kept } }
    }
    const found = [
      ...(spec.creates === undefined ? [] : [created(lines, i, spec.creates)]),
      ...(spec.check === undefined ? [] : [checked(lines, i, spec.name)]),
    ]
    const bad = found.find((f) => f !== 'done' && f !== 'open')
    if (bad !== undefined && typeof bad !== 'string') return bad
    return found.length > 0 && found.every((f) => f === 'done') ? { status: 'present', state: { kept } } : absent
  })
}

type Finding = 'done' | 'open' | Extract<Observation, { status: 'unknown' }>

function created(lines: NumberedLines, i: number, path: string): Finding {
  if (lines.first(i, 'there') !== undefined) return 'done'
  if (lines.first(i, 'gone') !== undefined) return 'open'
  return lines.first(i, 'denied') === undefined ? unparsable(path) : noPermission(path)
}

/** Any status but the few that say that the check did not run is an answer. */
function checked(lines: NumberedLines, i: number, name: string): Finding {
  const said = answer(lines, i)
  if (said === undefined) return unparsable(`the check of ${name}`)
  if (said.code === 0) return 'done'
  if (said.code === 124 || said.code === 137) {
    return unknown('unsupported', `the check of ${name} did not end within ${checkSeconds} seconds`)
  }
  if (said.code === 127)
    return unknown('missing-tool', `the check of ${name} names a command that is not there: ${said.text}`)
  if (said.code === 125 || said.code === 126) return unknown('no-permission', `the check of ${name}: ${said.text}`)
  return 'open'
}

/** How the check ended and the last of what it printed. */
export function answer(lines: NumberedLines, i: number): { readonly code: number; readonly text: string } | undefined {
  const text = decoded(lines.first(i, 'ran'))
  const found = text === undefined ? null : /^([\s\S]*)\n(\d{1,3})$/.exec(text)
  return found === null ? undefined : { code: Number(found[2]), text: (found[1] ?? '').trim().slice(-300) }
}

function keptOf(lines: NumberedLines, i: number): string | null | undefined {
  const kept = lines.first(i, 'kept')
  return kept === undefined ? null : decoded(kept)
}

function decoded(base64: string | undefined): string | undefined {
  const bytes = base64 === undefined ? undefined : decodeBase64(base64)
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
}
