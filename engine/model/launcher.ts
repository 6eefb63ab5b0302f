import { read } from './script.ts'

/**
 * Defines `launch MODE ACCOUNT SECONDS FOLDER WORD…`, which runs words as an account on the target: in a chroot where the
 * target is a folder, under a time limit, with no input. With MODE `check` nothing that it starts gains rights (no
 * setuid, no sudo) and a session without root runs it as whoever it is; otherwise another account than one's own is refused.
 * Ends with 125 where it can't be tried at all, saying why.
 *
 * Looking only: what it runs is up to its words. See `probe`.
 */
export const launcher = read`launch() {
  mode=$1 account=$2 seconds=$3 folder=$4
  shift 4
  [ -z "$folder" ] || set -- env -C "$folder" "$@"
  if [ "$(id -u)" != 0 ]; then
    [ "$mode" = check ] || [ "$account" = "$(id -un)" ] || { echo "only root runs commands as $account" >&2; return 125; }
  elif [ "$account" != root ] || [ "$mode" = check ]; then
    if [ -n "$R" ]; then
      ids=$(N=$account awk -F: '$1 == ENVIRON["N"] { print $3, $4; exit }' "$R/etc/passwd")
    else ids=$(id -u -- "$account" 2>/dev/null) && ids="$ids $(id -g -- "$account")"
    fi
    [ -n "$ids" ] || { echo "there is no account $account" >&2; return 125; }
    command -v setpriv >/dev/null || { echo 'the host has no setpriv' >&2; return 125; }
    if [ "$mode" = check ]; then
      set -- setpriv --reuid "\${ids% *}" --regid "\${ids#* }" --clear-groups --no-new-privs -- "$@"
    else
      set -- setpriv --reuid "\${ids% *}" --regid "\${ids#* }" --init-groups -- "$@"
    fi
  fi
  [ -z "$R" ] || set -- chroot "$R" "$@"
  timeout -k 5 "$seconds" "$@" </dev/null
}
`
