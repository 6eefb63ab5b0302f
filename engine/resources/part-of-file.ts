import type { Observation } from '../model/resource.ts'
import { hostPath, join, read, type Script, sh } from '../model/script.ts'
import type { NumberedLines } from './numbered-lines.ts'
import { absent, missingTool, noPermission, unknown, unparsable } from './observed.ts'
import { replaceFile, validator } from './replace-file.ts'

/**
 * Looks at parts of files that somebody else owns. Each look reads the text at `$p` and prints lines `tag $i …` of its own;
 * beside them stand `absent I`, `denied I`, `odd I WHAT`, `missing TOOL`, and at last `end`.
 */
export function probeParts(looks: readonly { readonly path: string; readonly look: Script }[]): Script {
  return read`(
${tools}
${join(
  looks.map(
    ({ path, look }, i) => read`i=${i} p=${hostPath(path)}
if readable; then
${look}
fi`,
  ),
)}
echo end
) </dev/null
`
}

const tools = read`LC_ALL=C
export LC_ALL
for t in awk base64 sha256sum tr cmp; do command -v $t >/dev/null || echo "missing $t"; done
readable() {
  s=\${p%/*}
  while [ -n "$s" ] && [ ! -d "$s" ]; do s=\${s%/*}; done
  if [ -L "$p" ]; then echo "odd $i is a symbolic link"
  elif [ -f "$p" ] && [ -r "$p" ]; then
    if tr -d '\\000' < "$p" | cmp -s - "$p"; then return 0; fi
    echo "odd $i is no text"
  elif [ -f "$p" ]; then echo "denied $i"
  elif [ -e "$p" ]; then echo "odd $i is not a regular file"
  elif [ -x "\${s:-/}" ]; then echo "absent $i"
  else echo "denied $i"
  fi
  return 1
}`

/** What can be said of a part before its own lines are read; undefined where the file is there and is text. */
export function seenOfFile(lines: NumberedLines, i: number, path: string): Observation<never> | undefined {
  const [missing] = lines.missing
  if (missing !== undefined) return missingTool(missing)
  if (!lines.whole) return unparsable(path)
  const odd = lines.first(i, 'odd')
  if (odd !== undefined) return unknown('unsupported', `${path} ${odd}`)
  if (lines.first(i, 'denied') !== undefined) return noPermission(path)
  return lines.first(i, 'absent') === undefined ? undefined : absent
}

/**
 * Rewrites a file that somebody else owns, at once or not at all, with its owner, permissions, ACLs and attributes. `edit` reads the
 * file as it is now at `$old` and writes it to `$t`; `$fin` is 1 where it ends with a line's end (or is empty).
 */
export function editFile(options: {
  readonly locate: Script
  readonly edit: Script
  /** Whether the file is made where it is not there. */
  readonly create: boolean
  readonly validate?: string
}): Script {
  return replaceFile({
    locate: options.locate,
    fill: sh`LC_ALL=C
export LC_ALL
old=../$n
if [ -f "$old" ]; then
  cp -a -- "$old" "$t" 2>/dev/null || cp -p -- "$old" "$t" || exit 1
  mode=$(stat -c %a -- "$old") && user=$(stat -c %u -- "$old") && group=$(stat -c %g -- "$old") || exit 1
  tr -d '\\000' < "$old" | cmp -s - "$old" || fail "$p is no text"
else
  [ ${options.create ? 'yes' : 'no'} = yes ] || fail "$p is not there, and create was not said"
  old=/dev/null mode=0644 user=0 group=0
fi
fin=1
[ -z "$(tail -c 1 "$old")" ] || fin=0
${options.edit}`,
    mode: sh`"$mode"`,
    owner: sh`"$user"`,
    group: sh`"$group"`,
    ...(options.validate !== undefined && { validate: validator(options.validate) }),
  })
}

/** Functions for awk: lines are put out so that the last one ends only where it did, or where it is ours. `plain` is a line without its end. */
export const awkLines = read`
function plain(s) { sub(/\\r$/, "", s); return s }
function out(s) { printf "%s%s", (outs++ ? "\\n" : ""), s }
function ours(s) { out(s cr); last = outs }
NR == 1 { cr = $0 ~ /\\r$/ ? "\\r" : "" }
function finish() { if (outs && (ENVIRON["FIN"] + 0 || last == outs)) printf "\\n" }`

/** Whether a file decides who gets in, so that a mistake in it could lock the engine out. */
export const decidesAccess = (path: string): boolean =>
  /^\/etc\/(ssh|pam\.d|security|sudoers\.d)\/|^\/etc\/(sudoers|nsswitch\.conf|hosts\.(allow|deny)|shells|login\.defs)$|^\/(root|home\/[^/]+)\/\.ssh\//.test(
    path,
  )
