/** Owners are written down beside the files, by inode, since giving a file away takes root. Whatever is not written down is root's. */
const chown = `
O=$SIM/.simulated/owners
id=
while [ $# -gt 0 ]; do
  case $1 in
    -*) ;;
    *) if [ -z "$id" ]; then id=$1; else break; fi ;;
  esac
  shift
done
u=\${id%%:*} g=
case $id in *:*) g=\${id#*:} ;; esac
number() {
  case $1 in
    '' | *[!0-9]*) N=$1 awk -F: '$1 == ENVIRON["N"] { print $3; f = 1; exit } END { exit !f }' "$SIM/etc/$2" || { echo "chown: invalid user or group: '$1'" >&2; exit 1; } ;;
    *) echo "$1" ;;
  esac
}
[ -z "$u" ] || u=$(number "$u" passwd) || exit 1
[ -z "$g" ] || g=$(number "$g" group) || exit 1
for p do
  i=$(ls -di -- "$p" 2>/dev/null | awk '{ print $1; exit }')
  [ -n "$i" ] || { echo "chown: cannot access '$p': No such file or directory" >&2; exit 1; }
  touch "$O"
  I=$i V=$u G=$g awk '$1 == ENVIRON["I"] { u = $2; g = $3; next } { print } END { print ENVIRON["I"], (ENVIRON["V"] == "" ? u + 0 : ENVIRON["V"]), (ENVIRON["G"] == "" ? g + 0 : ENVIRON["G"]) }' "$O" > "$O.new" && mv -f "$O.new" "$O"
done
`

const stat = `
O=$SIM/.simulated/owners
[ "$1" = -c ] || { echo 'stat: the stand-in knows -c only' >&2; exit 1; }
f=$2
shift 2
[ "$1" != -- ] || shift
code=0
touch "$O"
for p do
  line=$(ls -ldi -- "$p" 2>/dev/null) || { echo "stat: cannot statx '$p': No such file or directory" >&2; code=1; continue; }
  case $f in *%[YZ]*) when=$(date -r "$p" +%s 2>/dev/null) ;; *) when= ;; esac
  LINE=$line P=$p F=$f T=\${when:-0} awk '
  function bit(c, v) { return index("-STl", c) && c != "s" && c != "t" ? 0 : v }
  function octal(m,   a, i, c, s) {
    for (i = 1; i <= 9; i++) { c = substr(m, i, 1); if (c != "-" && c != "S" && c != "T") a[int((i-1)/3)] += (i % 3 == 1 ? 4 : i % 3 == 2 ? 2 : 1) }
    s = (substr(m, 3, 1) ~ /[sS]/ ? 4 : 0) + (substr(m, 6, 1) ~ /[sS]/ ? 2 : 0) + (substr(m, 9, 1) ~ /[tT]/ ? 1 : 0)
    return s * 512 + a[0] * 64 + a[1] * 8 + a[2]
  }
  BEGIN {
    split(ENVIRON["LINE"], w, " "); inode = w[1]; mode = w[2]; uid = 0; gid = 0
  }
  $1 == inode { uid = $2; gid = $3 }
  END {
    t = substr(mode, 1, 1)
    n = octal(substr(mode, 2, 9))
    type = t == "d" ? 16384 : t == "l" ? 40960 : t == "p" ? 4096 : t == "s" ? 49152 : t == "b" ? 24576 : t == "c" ? 8192 : 32768
    out = ENVIRON["F"]
    i = index(out, "%n"); if (i) { tail = substr(out, i + 2); out = substr(out, 1, i - 1) }
    gsub(/%f/, sprintf("%x", type + n), out); gsub(/%a/, sprintf("%o", n), out)
    gsub(/%[YZ]/, ENVIRON["T"], out)
    gsub(/%u/, uid, out); gsub(/%g/, gid, out); gsub(/%U/, "UNKNOWN", out); gsub(/%G/, "UNKNOWN", out)
    printf "%s%s%s\\n", out, (i ? ENVIRON["P"] : ""), tail
  }' "$O"
done
exit $code
`

/** Takes what the engine writes, and the usual lines of a sudoers file. */
const visudo = `
file=
while [ $# -gt 0 ]; do
  case $1 in -cf | -qcf) file=$2; shift ;; -*) ;; *) file=$1 ;; esac
  shift
done
bad=$(grep -nEv '^[[:space:]]*(#.*|@include(dir)? .*|Defaults.*)?$|^[%A-Za-z_][A-Za-z0-9_-]*[[:space:]]+ALL[[:space:]]*=[[:space:]]*\\([A-Za-z0-9_:-]+\\)( NOTAFTER=[0-9]{14}Z)?( (NO)?PASSWD:)? (ALL|/[^,:=]*(\\\\[,:=][^,:=]*)*)$' "$file") || { echo "$file: parsed OK"; exit 0; }
echo "$file:\${bad%%:*}: syntax error" >&2
exit 1
`

const id = `
case "$*" in
  -u | -g) echo 0 ;;
  -un | -gn) echo root ;;
  *) echo 'uid=0(root) gid=0(root) groups=0(root)' ;;
esac
`

/** Everybody who got in is root already. */
const sudo = `
while [ $# -gt 0 ]; do
  case $1 in
    --) shift; break ;;
    -p | -u) shift ;;
    -*) ;;
    *) break ;;
  esac
  shift
done
exec "$@"
`

export const systemTools: Readonly<Record<string, string>> = { chown, stat, visudo, id, sudo }

/** Only where the machine has none of its own. */
export const lackingTools: Readonly<Record<string, string>> = {
  // Actions of one host come one after the other, so that nothing is lost.
  flock: 'exit 0\n',
  timeout: '[ "$1" != -k ] || shift 2\nshift\nexec "$@"\n',
  sha256sum: 'exec shasum -a 256 "$@"\n',
}
