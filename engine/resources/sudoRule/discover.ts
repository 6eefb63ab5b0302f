import type { Discovered, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { decodeBase64, textOf } from '../base64.ts'
import { taggedLines } from '../observed.ts'
import { isReserved } from '../reserved.ts'
import { parseRule } from './rule-text.ts'
import { pathOf, type SudoSpec } from './spec.ts'

/** Prints `rule FILE BASE64` for files with names of ours. Whatever else is in that folder is a file. */
const probe: Script = read`(
for f in "$R"/etc/sudoers.d/plumbline-*; do
  n=\${f##*/}
  case $n in *[!A-Za-z0-9_-]*) continue ;; esac
  [ -f "$f" ] && [ ! -L "$f" ] || continue
  [ "$(stat -c '%a %u %g' -- "$f")" = '440 0 0' ] || continue
  printf 'rule %s %s\n' "$n" "$(head -c 65536 < "$f" | base64 | tr -d '\n')"
done
) 2>/dev/null
`

/** Rules in files of ours that say exactly what we would write. */
function parse(output: ProbeOutput): readonly Discovered<SudoSpec>[] {
  return taggedLines(output.stdout).flatMap(({ tag, rest }): Discovered<SudoSpec>[] => {
    const [file = '', base64 = ''] = rest.split(' ')
    const bytes = tag === 'rule' ? decodeBase64(base64) : undefined
    const rule = bytes === undefined ? null : parseRule(textOf(bytes) ?? '')
    const name = nameOf(file)
    if (rule === null || name === undefined || rule.subjects.some((s) => isReserved(s.replace(/^%/, '')))) return []
    const { subjects, commands, runAs, password, expires } = rule
    const options = {
      ...(runAs !== 'root' && { runAs }),
      ...(password && { password }),
      ...(expires !== null && { expires }),
    }
    return [{ spec: { name, subjects, commands, ...options }, claims: [pathOf(name)] }]
  })
}

/** The name behind a file's name, where it is one that a document may have. */
function nameOf(file: string): string | undefined {
  const name = file
    .slice('plumbline-'.length)
    .replaceAll(/_([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,70}$/.test(name) && pathOf(name).endsWith(`/${file}`) ? name : undefined
}

export const discover = { probe, parse }
