import { hostPath, join, read, type Script } from '../model/script.ts'

/** What is asked of one host about how its resources moved. */
export interface ClueQuestion {
  /** Files on the host; answers name them by their index. */
  readonly files: readonly string[]
  /** Names of packages. */
  readonly packages: readonly string[]
  /** Seconds since 1970 before which nothing is of interest. */
  readonly since: number
  /** The account the engine itself logs in with: what it does is no clue. */
  readonly engineUser: string
}

/** Files and packages that one host is asked about at most: clues are for a handful of findings, not for a rebuilt host. */
export const mostAsked = 100

/**
 * Asks when files were touched, what the package manager noted, and who was there. Read-only, every part capped. Prints
 * `zone OFFSET`, `uid N NAME` (below a root prefix), `file I MTIME CTIME UID USER`, `gone I MTIME-OF-FOLDER`, `dpkg LINE`,
 * `rpm LINE`, `last LINE`, `auth LINE`, and at last `end`.
 */
export function clueScript(question: ClueQuestion): Script {
  const files = question.files.slice(0, mostAsked)
  const packages = question.packages.slice(0, mostAsked)
  return join([
    prelude,
    ...files.map((path, i) => read`clue_file ${i} ${hostPath(path)}`),
    ...(packages.length === 0 ? [] : [packageLogs(packages)]),
    logins(question),
    read`echo end`,
  ])
}

const prelude = read`LC_ALL=C; export LC_ALL
printf 'zone %s\n' "$(date +%z)"
if [ -n "$R" ]; then awk -F: 'NR <= 5000 { print "uid", $3, $1 }' "$R/etc/passwd" 2>/dev/null; fi
clue_file() {
  if [ -e "$2" ] || [ -L "$2" ]; then stat -c "file $1 %Y %Z %u %U" -- "$2" 2>/dev/null
  else
    folder=\${2%/*}
    stat -c "gone $1 %Y" -- "\${folder:-/}" 2>/dev/null
  fi
}`

function packageLogs(names: readonly string[]): Script {
  const patterns = (around: (name: string) => string): Script =>
    joinWords(names.map((name) => read`-e ${around(name)}`))
  return read`grep -hF ${patterns((n) => ` ${n}:`)} -- "$R/var/log/dpkg.log.1" "$R/var/log/dpkg.log" 2>/dev/null |
  grep -E '^[0-9-]+ [0-9:]+ (install|upgrade|remove|purge) ' | tail -n 60 | cut -c 1-300 | sed 's/^/dpkg /'
grep -hF ${patterns((n) => ` ${n}-`)} -- "$R/var/log/dnf.rpm.log" 2>/dev/null |
  grep -E ' (Installed|Upgraded?|Downgraded?|Erase|Removed?): ' | tail -n 60 | cut -c 1-300 | sed 's/^/rpm /'`
}

/** The journal of a folder that is no running host is its own, never that of the machine it lies on. */
function logins({ since, engineUser }: ClueQuestion): Script {
  const after = `@${Math.max(0, Math.floor(since))}`
  const ours = read`-e ${` for ${engineUser} from `} -e ${` ${engineUser} : `}`
  return read`{ if [ -z "$R" ]; then last -w -i --time-format iso -n 100 2>/dev/null
  elif [ -f "$R/var/log/wtmp" ]; then last -w -i --time-format iso -n 100 -f "$R/var/log/wtmp" 2>/dev/null
  fi; } | cut -c 1-300 | sed 's/^/last /'
{ tail -n 5000 -- "$R/var/log/auth.log" 2>/dev/null
  if [ -z "$R" ]; then journalctl -q --no-pager -o short-iso -t sshd -t sshd-session -t sudo --since ${after} -n 20000 2>/dev/null
  elif [ -d "$R/var/log/journal" ]; then
    journalctl -q --no-pager -o short-iso -D "$R/var/log/journal" -t sshd -t sshd-session -t sudo --since ${after} -n 20000 2>/dev/null
  fi; } | grep -E 'Accepted |COMMAND=' | grep -vF ${ours} | tail -n 200 | cut -c 1-300 | sed 's/^/auth /'`
}

/** Scripts on one line. */
function joinWords(scripts: readonly Script[]): Script {
  return {
    readOnly: true,
    parts: scripts.flatMap((s, i) => (i === 0 ? s.parts : [{ text: ' ', secret: false }, ...s.parts])),
  }
}
