import type { Observation, ProbeOutput } from '../model/resource.ts'
import { read, type Script } from '../model/script.ts'
import { readFileProbe, type Seen } from './file-output.ts'
import { probeFiles } from './file-probe.ts'
import { taggedLines } from './observed.ts'

/** A file that is on a host and that no package brought. */
export interface FoundFile {
  /** As the host has it, without the prefix. */
  readonly path: string
  readonly seen: Observation<Seen>
}

/**
 * Looks at files that no package owns, with their texts. At most 500, so that a folder full of them costs no host its
 * answer. Prints `path I PATH` for each beside what `fileProbe` prints.
 *
 * @param patterns patterns of the shell below `$R`, each in quotes but for what matches: `"$R"/etc/cron.d/*`
 */
export function probeUnowned(patterns: Script): Script {
  return probeFiles(read`owned() {
  if [ -d "$R/var/lib/dpkg/info" ]; then cat "$R"/var/lib/dpkg/info/*.list 2>/dev/null
  elif [ -z "$R" ] && command -v rpm >/dev/null; then rpm -qal
  elif [ -f "$R/lib/apk/db/installed" ]; then
    awk '/^F:/ { d = substr($0, 3) } /^R:/ { print "/" d "/" substr($0, 3) }' "$R/lib/apk/db/installed"
  fi
}
files=$(for p in ${patterns}; do
  case $p in *"$nl"*) continue ;; esac
  if [ -f "$p" ] || [ -L "$p" ]; then printf '%s\n' "\${p#"$R"}"; fi
done | { owned; echo =; cat; } | awk '
  !found && $0 == "=" { found = 1; next }
  !found { own[$0] = 1; next }
  !($0 in own) && n < 500 { n++; print }')
set --
i=0
while IFS= read -r p; do
  [ -n "$p" ] || continue
  set -- "$@" "$R$p"
  printf 'path %s %s\n' "$i" "$p"
  eval "w$i=none"
  i=$((i+1))
done <<FOUND
$files
FOUND
# With no file at all, tools would read their own input instead.
[ $# -gt 0 ] || set -- /dev/null`)
}

/** Reads what `probeUnowned` printed; nothing where it was cut off, since half of a host must not pass for the whole. */
export function readUnowned(output: ProbeOutput): readonly FoundFile[] {
  if (!output.stdout.endsWith('\nend\n')) return []
  const paths = taggedLines(output.stdout).flatMap(({ tag, rest }) => {
    const found = tag === 'path' ? /^\d+ (\/.*)$/.exec(rest) : null
    return found?.[1] === undefined ? [] : [found[1]]
  })
  return readFileProbe(paths, output, 'a file').map((seen, i) => ({ path: paths[i] ?? '', seen }))
}
