/** systemctl over unit files and two folders: links say what is enabled, files below /run what runs. */
const systemctl = `
W=$SIM/etc/systemd/system/multi-user.target.wants
U=$SIM/run/systemd/units
mkdir -p "$W" "$U"
verb= units=
while [ $# -gt 0 ]; do
  case $1 in
    -p) shift ;;
    -*) ;;
    *) if [ -z "$verb" ]; then verb=$1; else case $1 in *.*) units="$units $1" ;; *) units="$units $1.service" ;; esac; fi ;;
  esac
  shift
done
file() {
  for d in etc lib usr/lib; do
    if [ -f "$SIM/$d/systemd/system/$1" ]; then echo "$SIM/$d/systemd/system/$1"; return 0; fi
  done
  return 1
}
state() {
  if [ -e "$W/$1" ] || [ -L "$W/$1" ]; then echo enabled
  elif grep -q '^\\[Install\\]' "$(file "$1")"; then echo disabled
  else echo static
  fi
}
need() { file "$1" >/dev/null || { echo "Failed to $verb $1: Unit $1 not found." >&2; exit 5; }; }
log() { mkdir -p "$SIM/var/log"; echo "$1" >> "$SIM/var/log/units.log"; }
case $verb in
  show)
    for u in $units; do
      echo "Id=$u"
      if file "$u" >/dev/null; then
        echo LoadState=loaded
        if [ -e "$U/$u" ]; then printf 'ActiveState=active\\nSubState=running\\n'; else printf 'ActiveState=inactive\\nSubState=dead\\n'; fi
        echo "UnitFileState=$(state "$u")"
        echo NeedDaemonReload=no
      else
        printf 'LoadState=not-found\\nActiveState=inactive\\nSubState=dead\\nUnitFileState=\\nNeedDaemonReload=no\\n'
      fi
      echo
    done ;;
  list-unit-files | list-units)
    for d in etc lib usr/lib; do
      for f in "$SIM/$d/systemd/system/"*.service; do
        [ -f "$f" ] || continue
        u=\${f##*/}
        if [ "$verb" = list-unit-files ]; then echo "$u $(state "$u") enabled"
        elif [ -e "$U/$u" ]; then echo "$u loaded active running simulated"
        else echo "$u loaded inactive dead simulated"
        fi
      done
    done ;;
  is-enabled) for u in $units; do need "$u"; s=$(state "$u"); echo "$s"; [ "$s" != disabled ] || exit 1; done ;;
  is-active) for u in $units; do if [ -e "$U/$u" ]; then echo active; else echo inactive; exit 3; fi; done ;;
  is-system-running) echo running ;;
  enable) for u in $units; do need "$u"; ln -sf "$(file "$u")" "$W/$u"; done ;;
  disable) for u in $units; do need "$u"; rm -f "$W/$u"; done ;;
  start | restart | reload)
    for u in $units; do need "$u"; log "$verb $u"; : > "$U/$u"; done ;;
  stop) for u in $units; do need "$u"; log "$verb $u"; rm -f "$U/$u"; done ;;
  daemon-reload | daemon-reexec) ;;
  *) echo "Unknown command verb $verb." >&2; exit 1 ;;
esac
`

export const serviceTools: Readonly<Record<string, string>> = { systemctl }
