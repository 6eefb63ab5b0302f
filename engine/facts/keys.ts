import { read } from '../model/script.ts'
import { parseSshPublicKey, sshFingerprint } from '../model/ssh-key.ts'
import { compact, fact, numbered, numberedLines, readable, tagged } from './fact.ts'

/** Public keys in the authorized_keys files of all accounts that have a home, by their fingerprints. */
export const keys = fact(
  'keys',
  [
    readable,
    read`set --
while IFS=: read -r name _ _ _ _ home _; do
  [ -n "$home" ] && [ "$home" != /nonexistent ] || continue
  [ ! -e "$R$home" ] || [ -x "$R$home" ] || readable "$R$home/."
  for file in "$R$home/.ssh/authorized_keys" "$R$home/.ssh/authorized_keys2"; do
    [ ! -d "$R$home/.ssh" ] || [ -x "$R$home/.ssh" ] || { echo "$R$home/.ssh" >&2; exit 77; }
    [ -f "$file" ] || continue
    readable "$file"
    set -- "$@" "$file"
    printf 'owner %s %s\n' "$#" "$name"
  done
done <"$R/etc/passwd"`,
    numberedLines,
  ],
  (stdout, { sha256 }) => {
    const owners = new Map(
      tagged(stdout, 'owner').map((line) => {
        const [number = '', user = ''] = line.split(' ')
        return [Number(number), user]
      }),
    )
    return numbered(stdout).flatMap(({ file, text }) => {
      const user = owners.get(file)
      const entry = keyIn(text)
      const fingerprint = entry === undefined ? undefined : sshFingerprint(sha256, entry.key)
      if (user === undefined || entry === undefined || fingerprint === undefined) return []
      const comment = parseSshPublicKey(entry.key)?.comment
      return [compact({ user, fingerprint, comment: comment === '' ? undefined : comment, options: entry.options })]
    })
  },
)

/** A line of authorized_keys: options, which may hold quoted blanks, before the key. */
function keyIn(line: string): { readonly options?: string; readonly key: string } | undefined {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return undefined
  if (parseSshPublicKey(text) !== undefined) return { key: text }
  const options = /^(?:[^\s"]|"(?:[^"\\]|\\.)*")+/.exec(text)?.[0]
  if (options === undefined) return undefined
  const key = text.slice(options.length).trim()
  return parseSshPublicKey(key) === undefined ? undefined : { options, key }
}
