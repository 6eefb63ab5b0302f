import { hostPath, read, type Script } from '../../model/script.ts'
import { localPath } from './spec.ts'

/**
 * Defines `account NAME-OR-NUMBER`, which sets `$u`, `$g`, `$h` and `$account`, and `git_as WORD…`, which runs git as that account, in the
 * folder where we stand. A repository's own configuration can make git run programs, so git never runs as root in somebody
 * else's repository; hooks and monitors are off all the same, submodules and protocols beyond https, ssh and files too, and
 * nothing asks for a password. Looking only: what it does is up to its words.
 */
export const runGit = read`account() {
  account=
  if [ -z "$R" ] && command -v getent >/dev/null; then line=$(getent passwd "$1")
  else line=$(N=$1 awk -F: '$1 == ENVIRON["N"] || $3 == ENVIRON["N"] { print; exit }' "$R/etc/passwd")
  fi
  [ -n "$line" ] || return 1
  account=\${line%%:*} h=$(printf '%s' "$line" | cut -d : -f 6)
  u=$(printf '%s' "$line" | cut -d : -f 3) g=$(printf '%s' "$line" | cut -d : -f 4)
}
git_as() {
  set -- env HOME="$R$h" LC_ALL=C GIT_TERMINAL_PROMPT=0 GIT_ASKPASS=true SSH_ASKPASS=true \
    GIT_SSH_COMMAND='ssh -o BatchMode=yes -o ConnectTimeout=15' \
    git --no-optional-locks --no-pager -c core.hooksPath=/dev/null -c core.fsmonitor=false -c submodule.recurse=false \
    -c protocol.allow=never -c protocol.https.allow=always -c protocol.ssh.allow=always -c protocol.file.allow=always \
    -c protocol.ext.allow=never -c advice.detachedHead=false -c gc.auto=0 -c maintenance.auto=false "$@"
  if [ "$(id -u)" = 0 ] && [ "$u" != 0 ]; then set -- setpriv --reuid "$u" --regid "$g" --clear-groups -- "$@"; fi
  timeout -k 5 "$seconds" "$@" </dev/null
}
`

/** The remote as git shall be given it: a path lies below the target's root. */
export function location(url: string): Script {
  const path = localPath(url)
  return path === undefined ? read`${url}` : read`${hostPath(path)}`
}
