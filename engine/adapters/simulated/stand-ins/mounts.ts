/** mount over the simulated host's own fstab and a table of what is mounted; no file is shown anywhere else. */
const mount = `
T=$SIM/proc/self/mountinfo
remount=
while [ $# -gt 0 ]; do
  case $1 in
    -o) case $2 in *remount*) remount=1 ;; esac; shift ;;
    --fstab | --target-prefix) shift ;;
    --) ;;
    *) path=$1 ;;
  esac
  shift
done
at=$(printf %s "$path" | sed 's/\\\\/\\\\134/g; s/ /\\\\040/g')
line=$(AT=$at awk '!/^#/ { p = $2; if (p != "/") sub("/+$", "", p); if (p == ENVIRON["AT"]) print }' "$SIM/etc/fstab" | tail -n 1)
[ -n "$line" ] || { echo "mount: $path: can't find in fstab." >&2; exit 1; }
[ -d "$SIM$path" ] || { echo "mount: $path: mount point does not exist." >&2; exit 32; }
info=$(LINE=$line AT=$at awk 'BEGIN {
  split(ENVIRON["LINE"], f, " ")
  n = split(f[4] == "" ? "defaults" : f[4], o, ",")
  mode = "rw"; flags = ""
  for (i = 1; i <= n; i++) {
    if (o[i] == "ro") mode = "ro"
    else if (o[i] ~ /^(nosuid|nodev|noexec|noatime|nodiratime)$/) flags = flags "," o[i]
  }
  print "36 1 0:30 /", ENVIRON["AT"], mode flags, "-", (f[3] == "none" ? "tmpfs" : f[3]), f[1], "rw"
}')
[ -z "$remount" ] || { AT=$at awk '$5 != ENVIRON["AT"]' "$T" > "$T.new" && cat "$T.new" > "$T" && rm "$T.new"; }
printf '%s\\n' "$info" >> "$T"
`

const umount = `
T=$SIM/proc/self/mountinfo
[ "$1" != -- ] || shift
at=$(printf %s "\${1#"$SIM"}" | sed 's/\\\\/\\\\134/g; s/ /\\\\040/g')
AT=$at awk '$5 == ENVIRON["AT"] { f = 1 } END { exit !f }' "$T" || { echo "umount: $1: not mounted." >&2; exit 32; }
AT=$at awk '$5 != ENVIRON["AT"]' "$T" > "$T.new" && cat "$T.new" > "$T" && rm "$T.new"
`

export const mountTools: Readonly<Record<string, string>> = { mount, umount }
