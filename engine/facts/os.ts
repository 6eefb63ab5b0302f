import { read } from '../model/script.ts'
import { compact, fact, linesOf, said, tagged } from './fact.ts'

/** Distribution and release from os-release, and the name that the host goes by. */
export const os = fact(
  'os',
  [
    read`if [ -z "$R" ]; then read -r name </proc/sys/kernel/hostname; else read -r name <"$R/etc/hostname"; fi 2>/dev/null
printf 'hostname %s\n' "$name"
for file in "$R/etc/os-release" "$R/usr/lib/os-release"; do
  [ -r "$file" ] && sed 's/^/os /' "$file" && exit 0
done
echo os-release >&2; exit 127`,
  ],
  (stdout) => {
    const fields = new Map(tagged(stdout, 'os').flatMap((line) => assignment(line)))
    const id = fields.get('ID') ?? 'linux'
    const hostname = said(tagged(stdout, 'hostname')[0])
    if (fields.size === 0 || hostname === undefined) return undefined
    return compact({
      id,
      version: said(fields.get('VERSION_ID')),
      codename: said(fields.get('VERSION_CODENAME')),
      name: said(fields.get('PRETTY_NAME')) ?? said(fields.get('NAME')) ?? id,
      hostname,
    })
  },
)

/** `NAME=value`, `NAME="value"`, with the few escapes that os-release allows. */
function assignment(line: string): readonly (readonly [string, string])[] {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(linesOf(line)[0] ?? '') ?? []
  if (name === undefined || value === undefined) return []
  const quoted = /^(["'])(.*)\1$/.exec(value.trim())?.[2]
  return [[name, quoted === undefined ? value.trim() : quoted.replace(/\\(["'$`\\])/g, '$1')]]
}
