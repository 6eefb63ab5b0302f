/**
 * chroot as commands are run in it. A simulated host shares its kernel and its tools with a laptop: a command with `/etc` in it would
 * mean the laptop's. So a few harmless commands are known, with their absolute paths put below the host's folder; nothing
 * else is run.
 */
const chroot = `
shift
die() { echo "a simulated host does not run $1" >&2; exit "$2"; }
while :; do
  case $1 in
    setpriv) while [ "$1" != -- ]; do shift; done; shift ;;
    env) [ "$2" = -C ] || break; cd "$SIM$3" || exit 125; shift 3 ;;
    /bin/sh)
      case $3 in *[!A-Za-z0-9\\ _./=-]*) die 'shell text' 126 ;; esac
      set -f; set -- $3; set +f ;;
    *) break ;;
  esac
done
case \${1##*/} in test | touch | rm | mkdir | cp | mv | cat | grep | echo | true | false) ;; *) die "$1" 127 ;; esac
name=\${1##*/}
shift
count=$#
while [ "$count" -gt 0 ]; do
  case $1 in
    *..*) die "$name $1" 126 ;;
    /*) set -- "$@" "$SIM$1" ;;
    *) set -- "$@" "$1" ;;
  esac
  shift
  count=$((count-1))
done
"$name" "$@"
`

export const commandTools: Readonly<Record<string, string>> = {
  chroot,
  // Everybody is whoever runs the host.
  setpriv: 'while [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n',
}
