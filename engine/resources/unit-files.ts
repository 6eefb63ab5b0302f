import { type Script, sh } from '../model/script.ts'
import { isBooted } from './booted.ts'

export const unitFolder = '/etc/systemd/system'

/** First line of unit files that the engine has written whole. */
export const heading = '# Kept by Plumbline. Changes here are undone.\n'

/** Endings of units that have a file. */
export const unitSuffixes = [
  'service',
  'socket',
  'timer',
  'path',
  'mount',
  'automount',
  'swap',
  'target',
  'slice',
] as const

/**
 * Has systemd read `$t` before it is put in place, where the host runs one. What it finds in the file itself and what
 * makes it refuse the unit ends the step; units that this one names and programs it starts may come later.
 *
 * @param unit name of the unit
 * @param dropIn name of the file in the unit's `.d` folder, where it is such a file
 */
export function verifyUnit(unit: string, dropIn?: string): Script {
  const file = dropIn === undefined ? unit : `${unit}.d/${dropIn}`
  return sh`if [ -z "$R" ] && command -v systemd-analyze >/dev/null && ${isBooted}; then
  v=$(mktemp -d) || exit 1
  f=$v/${file}
  mkdir -p "\${f%/*}" && cp "$t" "$f" || exit 1
  chmod 0644 "$f"
  said=$(SYSTEMD_UNIT_PATH=$v: systemd-analyze verify --man=no ${dropIn === undefined ? sh`"$f"` : sh`-- ${unit}`} 2>&1 </dev/null)
  bad=$(printf '%s\n' "$said" | F=$f: N=${unit}: awk '
    index($0, ENVIRON["F"]) == 1 { print substr($0, length(ENVIRON["F"]) + 1); next }
    index($0, ENVIRON["N"]) == 1 && /Refusing\\.$/' | head -n 5)
  rm -rf "$v"
  [ -z "$bad" ] || fail ${`systemd does not take ${file}: `}"$bad"
fi`
}

/** Has systemd read its unit files again, where it runs. */
export const reloadUnits: Script = sh`if ${isBooted}; then systemctl \${R:+--root="$R"} daemon-reload || exit 1; fi`
