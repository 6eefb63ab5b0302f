import { hostPath, read } from '../../model/script.ts'
import { rulesetPath } from './spec.ts'

/**
 * Shell functions that tell whether the kernel holds what a file would load, without touching the host: the file is loaded in
 * a network namespace that nobody else is in and that ends with the command, and what came of it is compared.
 *
 * - `empty COMMAND…` runs a command in such a namespace
 * - `meant FILE` lists the ruleset that FILE makes there, or says why it makes none and fails
 * - `tables` reads a listing and prints its tables, `inet filter` one a line
 * - `seen` reads such lines and lists these tables as the kernel has them
 * - `tidy` takes out of a listing what changes by itself: elements of sets that the kernel fills or empties
 *
 * A file may name interfaces by their number, which is fixed when it is loaded: where it can't be loaded without them,
 * interfaces of the same names and numbers are made in that namespace.
 */
export const liveFunctions = read`empty() { unshare -n -- "$@" 2>&1; }
meant() {
  if first=$(empty sh -c 'nft -f "$1" && nft -s list ruleset' sh "$1"); then
    printf '%s\\n' "$first"
    return
  fi
  empty sh -c 'for i in /sys/class/net/*; do
      n=\${i##*/}
      [ "$n" != lo ] || continue
      for t in dummy bridge ifb; do
        ip link add name "$n" index "$(cat "$i/ifindex")" type "$t" 2>/dev/null && break
      done
    done
    nft -f "$1" && nft -s list ruleset' sh "$1"
}
tables() { sed -n 's/^table \\([a-z0-9]* [^ ]*\\) {.*/\\1/p'; }
seen() {
  while IFS= read -r t; do nft -s list table "$t" 2>/dev/null; done
}
tidy() {
  awk '
    /^[ \\t]*#/ || /^[ \\t]*$/ { next }
    /^\\t(set|map) / { own = 0; inside = 1 }
    inside && /^\\t\\t(timeout |flags .*(dynamic|timeout))/ { own = 1 }
    inside && own && /^\\t\\telements = / { skip = 1 }
    /^\\t}/ { inside = 0 }
    !skip { print }
    skip && /}$/ { skip = 0 }'
}`

/** A condition: the ruleset file is the one that the package brought, which says nothing. */
export const isPackaged = read`[ -n "$(awk -v p=/etc/nftables.conf '
  /^[^ ]/ { inside = 0 }
  /^Conffiles:/ { inside = 1 }
  inside && $1 == p && $3 == "" { print $2 }' "$R/var/lib/dpkg/status" 2>/dev/null | { read -r want && got=$(md5sum < ${hostPath(rulesetPath)} 2>/dev/null) && [ "\${got%% *}" = "$want" ] && echo y; })" ]`

/** Prints `enabled WORD`, with what systemd calls the unit's state, or nothing where there is no such unit. */
export const sayEnabled = read`if command -v systemctl >/dev/null; then
  printf 'enabled %s\n' "$(systemctl \${R:+--root="$R"} is-enabled -- nftables.service 2>/dev/null)"
fi`
