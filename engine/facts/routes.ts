import type { Facts } from '../model/facts.ts'
import { read } from '../model/script.ts'
import { compact, fact, linesOf, needs, numberOf, running } from './fact.ts'
import { jsonArrays, numberIn, textIn } from './json.ts'

type Routes = NonNullable<Facts['routes']>

/** Routes of the main table, IPv4 before IPv6. */
export const routes = fact(
  'routes',
  [
    running,
    needs('ip'),
    read`ip -j route 2>/dev/null && echo && ip -j -6 route || { ip route; ip -6 route; } 2>/dev/null`,
  ],
  (stdout) => (stdout.trim() === '' || stdout.trimStart().startsWith('[') ? fromJson(stdout) : fromText(stdout)),
)

function fromJson(stdout: string): Routes | undefined {
  return jsonArrays(stdout)?.flatMap((route) => {
    const to = textIn(route, 'dst')
    if (to === undefined) return []
    return compact({
      to,
      via: textIn(route, 'gateway'),
      interface: textIn(route, 'dev'),
      metric: numberIn(route, 'metric'),
    })
  })
}

function fromText(stdout: string): Routes | undefined {
  const found = linesOf(stdout).flatMap((line) => {
    const [to = '', ...words] = line.trim().split(/\s+/)
    const after = (word: string): string | undefined => {
      const at = words.indexOf(word)
      return at < 0 ? undefined : words[at + 1]
    }
    if (!/^(default|[0-9a-f.:]+(\/\d+)?)$/i.test(to)) return []
    return compact({ to, via: after('via'), interface: after('dev'), metric: numberOf(after('metric')) })
  })
  return found.length === 0 ? undefined : found
}
