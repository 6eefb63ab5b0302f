import { hidePasswords } from '../model/password-look.ts'
import { read } from '../model/script.ts'
import { fact, numbered, numberedLines, readable, tagged } from './fact.ts'

/** Jobs of cron: of the system with the account that they run under, and of accounts. Passwords in their commands are masked. */
export const cron = fact(
  'cron',
  [
    readable,
    read`set --
for file in "$R/etc/crontab" "$R"/etc/cron.d/*; do
  case \${file##*/} in *.* | *~ | '*') continue ;; esac
  [ -f "$file" ] || continue
  readable "$file"
  set -- "$@" "$file"
  printf 'file %s - %s\n' "$#" "\${file#"$R"}"
done
for folder in "$R/var/spool/cron/crontabs" "$R/etc/crontabs" "$R/var/spool/cron"; do
  [ -d "$folder" ] || continue
  readable "$folder"
  for file in "$folder"/*; do
    [ -f "$file" ] || continue
    readable "$file"
    set -- "$@" "$file"
    printf 'file %s %s %s\n' "$#" "\${file##*/}" "\${file#"$R"}"
  done
  break
done`,
    numberedLines,
  ],
  (stdout) => {
    const files = new Map(
      tagged(stdout, 'file').flatMap((line) => {
        const [, number, user, path] = /^(\d+) (\S+) (.*)$/.exec(line) ?? []
        return user === undefined || path === undefined ? [] : [[Number(number), { user, path }] as const]
      }),
    )
    return numbered(stdout).flatMap(({ file, text }) => {
      const from = files.get(file)
      const job = jobIn(text)
      if (from === undefined || job === undefined) return []
      if (from.user !== '-') return [{ file: from.path, user: from.user, ...job }]
      const [, user, command] = /^(\S+)\s+(.*)$/.exec(job.command) ?? []
      return user === undefined || command === undefined
        ? []
        : [{ file: from.path, user, schedule: job.schedule, command }]
    })
  },
)

/** Schedule and the rest; undefined for comments and for variables. */
function jobIn(line: string): { readonly schedule: string; readonly command: string } | undefined {
  const text = line.trim()
  if (text.startsWith('#') || /^[A-Za-z_"'][A-Za-z0-9_"']*\s*=/.test(text)) return undefined
  const [, schedule, command] = /^(@[a-z]+|(?:[0-9*][^\s]*\s+){4}\S+)\s+(\S.*)$/.exec(text) ?? []
  return schedule === undefined || command === undefined
    ? undefined
    : { schedule: schedule.replaceAll(/\s+/g, ' '), command: hidePasswords(command) }
}
