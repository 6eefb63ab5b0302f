/** `npm run new -- kind NAME [--domain DOMAIN]` and `npm run new -- resource NAME`: makes a plug-in with its cases. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { kindFiles, type NewFile } from './new/kind-files.ts'
import { resourceFiles } from './new/resource-files.ts'

const usage = `Usage:
  npm run new -- kind NAME [--domain DOMAIN]   a kind of document: schema, example, cases
  npm run new -- resource NAME                 a resource type: schema, probe, steps, its life as a case

NAME of a kind starts with a capital (Contract), that of a resource with a small letter (sysctl).
DOMAIN is a folder below schemas/.`

function filesFor(what: string | undefined, name: string, domain: string | undefined): NewFile[] | string {
  if (what === 'kind') {
    if (!/^[A-Z][A-Za-z0-9]{1,62}$/.test(name))
      return `${name} can't be the name of a kind: letters and digits, starting with a capital`
    const domains = readdirSync('schemas')
    if (domain === undefined) return `--domain is missing; there are ${domains.join(', ')}, or name a new one`
    if (!/^[a-z][a-z-]*$/.test(domain)) return `${domain} can't be a domain: small letters and -`
    const there = domains.find((d) => existsSync(`schemas/${d}/${name}.yaml`))
    return there === undefined ? kindFiles(name, domain) : `there is a kind ${name} already, in schemas/${there}`
  }
  if (what === 'resource') {
    if (!/^[a-z][A-Za-z0-9]{1,40}$/.test(name))
      return `${name} can't be the name of a resource type: letters and digits, starting small`
    return existsSync(`engine/resources/${name}`) ? `there is a resource type ${name} already` : resourceFiles(name)
  }
  return usage
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { domain: { type: 'string' } } })
const [what, name = ''] = positionals
const files = filesFor(what, name, values.domain)
if (typeof files === 'string') {
  console.error(files)
  process.exit(1)
}
for (const { path, text } of files) {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  console.log(path)
}
execFileSync(
  process.execPath,
  ['node_modules/@biomejs/biome/bin/biome', 'format', '--write', ...files.map((f) => f.path)],
  { stdio: 'ignore' },
)
console.log(`\nNext: npm run generate, then npx vitest run engine, then make it what you mean.`)
