/** Account tools over the flat files below the host's folder (`$SIM`). They know the options that the engine uses. */
const edit = `
E=$SIM/etc
die() { echo "\${0##*/}: $2" >&2; exit "$1"; }
# edit FILE PROGRAM: rewrites a file by awk over its fields
edit() {
  awk -F: -v OFS=: "$2" "$E/$1" > "$E/$1.new" && cat "$E/$1.new" > "$E/$1" && rm -f "$E/$1.new"
}
has() { N=$2 awk -F: '$1 == ENVIRON["N"] { f = 1 } END { exit !f }' "$E/$1"; }
field() { N=$2 awk -F: -v i="$3" '$1 == ENVIRON["N"] { print $i; exit }' "$E/$1"; }
free() { awk -F: -v lo="$2" -v hi="$3" '{ t[$3] = 1 } END { for (i = lo; i <= hi; i++) if (!(i in t)) { print i; exit } }' "$E/$1"; }
gidof() {
  case $1 in
    *[!0-9]* | '') field group "$1" 3 ;;
    *) echo "$1" ;;
  esac
}
groups() {
  for g in $(echo "$1" | tr , ' '); do has group "$g" || die 6 "group '$g' does not exist"; done
  G=$1 L=$2; export G L
  edit group '{ n = split($4, m, ","); out = ""; for (i = 1; i <= n; i++) if (m[i] != ENVIRON["L"]) out = out (out == "" ? "" : ",") m[i]
    k = split(ENVIRON["G"], w, ","); for (i = 1; i <= k; i++) if (w[i] == $1) out = out (out == "" ? "" : ",") ENVIRON["L"]
    $4 = out; print }'
}
`

const options = `
uid= gid= groups=- shell= home= comment=- expire=- pass= lock= system= make= own=1
while [ $# -gt 0 ]; do
  case $1 in
    --prefix | -P) shift ;;
    -u) uid=$2; shift ;;
    -g) gid=$2; own=; shift ;;
    -G) groups=$2; shift ;;
    -s) shell=$2; shift ;;
    -d) home=$2; shift ;;
    -c) comment=$2; shift ;;
    -e) expire=$2; shift ;;
    -p) pass=$2; shift ;;
    -L) lock=L ;; -U) lock=U ;;
    -r) system=1 ;; -m) make=1 ;; -M) make= ;; -N) own= ;;
    --) ;;
    -*) die 2 "the stand-in does not know $1" ;;
    *) login=$1 ;;
  esac
  shift
done
[ -n "$login" ] || die 2 'no name'
`

const useradd = `${edit}
${options.replace('-U) lock=U ;;', '-U) own=1 ;;')}
! has passwd "$login" || die 9 "user '$login' already exists"
[ -z "$uid" ] || ! awk -F: -v u="$uid" '$3 == u { f = 1 } END { exit !f }' "$E/passwd" || die 4 "UID $uid is not unique"
for g in $(echo "$groups" | tr , ' '); do [ "$g" = - ] || has group "$g" || die 6 "group '$g' does not exist"; done
[ -n "$uid" ] || if [ -n "$system" ]; then uid=$(free passwd 100 999); else uid=$(free passwd 1001 59999); fi
if [ -n "$own" ]; then
  ! has group "$login" || die 9 "group $login exists - if you want to add this user to that group, use -g."
  if [ -n "$system" ]; then gid=$(free group 100 999); else gid=$(free group 1001 59999); fi
  echo "$login:x:$gid:" >> "$E/group"
else
  gid=$(gidof "$gid"); [ -n "$gid" ] || die 6 'the group does not exist'
fi
[ "$groups" = - ] || groups "$groups" "$login"
[ "$comment" != - ] || comment=
[ "$expire" != - ] || expire=
echo "$login:x:$uid:$gid:$comment:\${home:-/home/$login}:\${shell:-/bin/sh}" >> "$E/passwd"
echo "$login:\${pass:-!}:20000:0:99999:7::$expire:" >> "$E/shadow"
if [ -n "$make" ]; then
  mkdir -p "$SIM\${home:-/home/$login}"
  chown "$uid:$gid" "$SIM\${home:-/home/$login}"
fi
`

const usermod = `${edit}
${options}
has passwd "$login" || die 6 "user '$login' does not exist"
[ "$groups" = - ] || groups "$groups" "$login"
[ -z "$gid" ] || { gid=$(gidof "$gid"); [ -n "$gid" ] || die 6 'the group does not exist'; }
L=$login U=$uid D=$gid C=$comment H=$home S=$shell; export L U D C H S
edit passwd '$1 == ENVIRON["L"] {
  if (ENVIRON["U"] != "") $3 = ENVIRON["U"]
  if (ENVIRON["D"] != "") $4 = ENVIRON["D"]
  if (ENVIRON["C"] != "-") $5 = ENVIRON["C"]
  if (ENVIRON["H"] != "") $6 = ENVIRON["H"]
  if (ENVIRON["S"] != "") $7 = ENVIRON["S"] } { print }'
K=$lock W=$pass X=$expire; export K W X
edit shadow '$1 == ENVIRON["L"] {
  if (ENVIRON["W"] != "") $2 = ENVIRON["W"]
  if (ENVIRON["K"] == "L" && substr($2, 1, 1) != "!") $2 = "!" $2
  if (ENVIRON["K"] == "U") sub(/^!/, "", $2)
  if (ENVIRON["X"] != "-") $8 = ENVIRON["X"] } { print }'
`

const userdel = `${edit}
remove= login=
while [ $# -gt 0 ]; do
  case $1 in --prefix | -P) shift ;; -r) remove=1 ;; -*) ;; *) login=$1 ;; esac
  shift
done
has passwd "$login" || die 6 "user '$login' does not exist"
home=$(field passwd "$login" 6)
groups '' "$login"
L=$login; export L
edit passwd '$1 != ENVIRON["L"]'
edit shadow '$1 != ENVIRON["L"]'
edit group '$1 != ENVIRON["L"] || $4 != ""'
case $home in /home/?*) [ -z "$remove" ] || rm -rf "$SIM$home" ;; esac
`

const groupadd = `${edit}
gid= system= name=
while [ $# -gt 0 ]; do
  case $1 in --prefix | -P) shift ;; -g) gid=$2; shift ;; -r) system=1 ;; -*) ;; *) name=$1 ;; esac
  shift
done
! has group "$name" || die 9 "group '$name' already exists"
[ -z "$gid" ] || ! awk -F: -v g="$gid" '$3 == g { f = 1 } END { exit !f }' "$E/group" || die 4 "GID '$gid' already exists"
[ -n "$gid" ] || if [ -n "$system" ]; then gid=$(free group 100 999); else gid=$(free group 1001 59999); fi
echo "$name:x:$gid:" >> "$E/group"
`

const groupmod = `${edit}
gid= name=
while [ $# -gt 0 ]; do
  case $1 in --prefix | -P) shift ;; -g) gid=$2; shift ;; -*) ;; *) name=$1 ;; esac
  shift
done
has group "$name" || die 6 "group '$name' does not exist"
L=$name D=$gid; export L D
edit group '$1 == ENVIRON["L"] { $3 = ENVIRON["D"] } { print }'
`

const groupdel = `${edit}
name=
while [ $# -gt 0 ]; do
  case $1 in --prefix | -P) shift ;; -*) ;; *) name=$1 ;; esac
  shift
done
has group "$name" || die 6 "group '$name' does not exist"
gid=$(field group "$name" 3)
! awk -F: -v g="$gid" '$4 == g { f = 1 } END { exit !f }' "$E/passwd" || die 8 "cannot remove the primary group of a user"
L=$name; export L
edit group '$1 != ENVIRON["L"]'
`

export const accountTools: Readonly<Record<string, string>> = {
  useradd,
  usermod,
  userdel,
  groupadd,
  groupmod,
  groupdel,
}
