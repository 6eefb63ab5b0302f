/**
 * apt over a small archive below the host's folder. A package is a folder `NAME_VERSION` with `control` and `files/`; what it
 * brings below /etc is a configuration file, and a unit it brings is enabled and started, as on Debian.
 */
const archive = `
A=$SIM/.simulated/archive
S=$SIM/var/lib/dpkg/status
I=$SIM/var/lib/dpkg/info
newest() { for d in "$A/$1"_*; do [ -d "$d" ] && echo "\${d##*_}"; done | sort | tail -n 1; }
control() { awk -v k="$2: " 'index($0, k) == 1 { print substr($0, length(k) + 1); exit }' "$A/$1/control"; }
# drop NAME: the list of packages without one
drop() {
  N=$1 awk 'BEGIN { RS = ""; ORS = "\\n\\n" } { split($0, l, "\\n"); if (l[1] != "Package: " ENVIRON["N"]) print }' "$S" > "$S.new"
  cat "$S.new" > "$S"; rm -f "$S.new"
}
version() { N=$1 awk 'BEGIN { RS = "" } $0 ~ /Status: (install|hold) ok installed/ { n = split($0, l, "\\n"); if (l[1] == "Package: " ENVIRON["N"]) for (i = 1; i <= n; i++) if (sub(/^Version: /, "", l[i])) print l[i] }' "$S"; }
say() { printf 'Package: %s\\nStatus: %s\\nArchitecture: all\\nVersion: %s\\nDepends: %s\\nDescription: simulated\\n\\n' "$1" "$2" "$3" "$4" >> "$S"; }
units() { [ ! -f "$I/$1.list" ] || sed -n 's,^/lib/systemd/system/\\(.*\\.service\\)$,\\1,p' "$I/$1.list"; }
unpack() {
  ( cd "$A/$1/files" && find . -type f ) | sed 's,^\\.,,' | while IFS= read -r f; do
    case $f in /etc/*) [ ! -e "$SIM$f" ] || continue ;; esac
    mkdir -p "$SIM\${f%/*}" && cp "$A/$1/files$f" "$SIM$f" || exit 1
  done
}
`

const aptGet = `${archive}
verb= simulate= names=
while [ $# -gt 0 ]; do
  case $1 in
    -o) shift ;;
    -sq | -s) simulate=1 ;;
    -*) ;;
    *) if [ -z "$verb" ]; then verb=$1; else names="$names $1"; fi ;;
  esac
  shift
done
install() {
  n=\${1%%=*} v=
  case $1 in *=*) v=\${1#*=} ;; *) v=$(newest "$n") ;; esac
  [ -n "$v" ] && [ -d "$A/\${n}_$v" ] || { echo "E: Unable to locate package $1" >&2; exit 100; }
  old=$(version "$n")
  [ "$old" != "$v" ] || { echo "$n is already the newest version ($v)."; return; }
  for d in $(control "\${n}_$v" Depends | tr , ' '); do [ -n "$(version "$d")" ] || install "$d"; done
  n=\${1%%=*} v=\${v:-$(newest "$n")}
  case $1 in *=*) v=\${1#*=} ;; *) v=$(newest "$n") ;; esac
  echo "Setting up $n ($v) ..."
  unpack "\${n}_$v" || exit 100
  if [ -x "$A/\${n}_$v/postinst" ] && ! "$A/\${n}_$v/postinst"; then
    drop "$n"; say "$n" 'install ok half-configured' "$v" ''
    echo 'E: Sub-process /usr/bin/dpkg returned an error code (1)' >&2; exit 100
  fi
  drop "$n"
  say "$n" 'install ok installed' "$v" "$(control "\${n}_$v" Depends)"
  ( cd "$A/\${n}_$v/files" && find . -type f ) | sed 's,^\\.,,' > "$I/$n.list"
  for u in $(units "$n"); do
    [ -n "$old" ] || systemctl enable "$u"
    systemctl restart "$u"
  done
}
remove() {
  v=$(N=$1 awk 'BEGIN { RS = "" } $0 ~ /Status: (install|hold) ok (installed|half-configured)/ { n = split($0, l, "\\n"); if (l[1] == "Package: " ENVIRON["N"]) for (i = 1; i <= n; i++) if (sub(/^Version: /, "", l[i])) print l[i] }' "$S")
  [ -n "$v" ] || { echo "Package '$1' is not installed, so not removed"; return; }
  others=$(N=$1 awk 'BEGIN { RS = "" } $0 ~ /Status: install ok installed/ { n = split($0, l, "\\n"); p = substr(l[1], 10); for (i = 1; i <= n; i++) if (sub(/^Depends: /, "", l[i])) { k = split(l[i], d, /, */); for (j = 1; j <= k; j++) if (d[j] == ENVIRON["N"]) print p } }' "$S")
  if [ -n "$simulate" ]; then for o in $others; do echo "Remv $o"; done; echo "Remv $1 [$v]"; return; fi
  for o in $others; do remove "$o"; done
  for u in $(units "$1"); do systemctl stop "$u"; systemctl disable "$u"; done
  [ ! -f "$I/$1.list" ] || while IFS= read -r f; do case $f in /etc/*) ;; *) rm -f "$SIM$f" ;; esac; done < "$I/$1.list"
  drop "$1"
  say "$1" 'deinstall ok config-files' "$v" ''
  echo "Removing $1 ($v) ..."
}
case $verb in
  indextargets) ;;
  update) echo 'Reading package lists... (simulated archive)' ;;
  install) for p in $names; do install "$p"; done ;;
  remove) for p in $names; do remove "$p"; done ;;
  *) echo "E: the stand-in does not know $verb" >&2; exit 100 ;;
esac
`

const aptCache = `${archive}
name=
while [ $# -gt 0 ]; do
  case $1 in -o) shift ;; -*) ;; *) name=$1 ;; esac
  shift
done
n=\${name%%=*}
case $name in *=*) v=\${name#*=} ;; *) v=$(newest "$n") ;; esac
[ -n "$v" ] && cat "$A/\${n}_$v/control" 2>/dev/null || { echo 'N: No packages found' >&2; exit 100; }
`

/** The first word of a package's status says what is wanted of it. */
const aptMark = `${archive}
verb= name=
while [ $# -gt 0 ]; do
  case $1 in -o) shift ;; -*) ;; *) if [ -z "$verb" ]; then verb=$1; else name=$1; fi ;; esac
  shift
done
case $verb in hold | unhold) ;; *) echo "E: the stand-in does not know $verb" >&2; exit 100 ;; esac
[ -n "$(version "$name")" ] || { echo "E: Unable to locate package $name" >&2; exit 100; }
N=$name V=$verb awk '/^Package: / { p = $2 } /^Status: / && p == ENVIRON["N"] { $2 = ENVIRON["V"] == "hold" ? "hold" : "install" } { print }' "$S" > "$S.new" && mv -f "$S.new" "$S"
`

export const packageTools: Readonly<Record<string, string>> = {
  'apt-get': aptGet,
  'apt-cache': aptCache,
  'apt-mark': aptMark,
}
