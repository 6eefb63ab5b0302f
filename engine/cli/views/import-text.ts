import { escapeControls } from '../../model/escape.ts'
import type { Imported, Written } from '../../pipeline/import.ts'
import type { Colors } from '../terminal.ts'
import { columns, count } from './columns.ts'
import { diagnosticsText } from './diagnostics-text.ts'

interface Options {
  readonly colors: Colors
  readonly dryRun: boolean
}

/** What import wrote, what it left on the host, and whether a plan of it is empty. */
export function importText({ hosts, shared, proof }: Imported, { colors: c, dryRun }: Options): string {
  const lines = hosts.flatMap((host) => [...hostLines(host, c, dryRun), ''])
  for (const { profile, path, hosts: names, resources } of shared)
    lines.push(
      `${c.bold(`Profile/${profile}`)}  ${count(resources, 'resource')} of ${names.join(', ')}`,
      `  wrote ${path}`,
      '',
    )
  if (proof === undefined) return `${lines.join('\n')}${dryRun ? c.dim('nothing was written\n') : ''}`
  lines.push(...proofLines(proof, c))
  const found = proof.diagnostics.length === 0 ? '' : diagnosticsText(proof.diagnostics, c)
  return `${lines.join('\n')}\n${found}`
}

function hostLines(
  { host, address, system, files, resources, leftOut, unknown }: Written,
  c: Colors,
  dryRun: boolean,
): string[] {
  const lines = [`${c.bold(host)}  ${c.dim([escapeControls(system ?? ''), address].filter(Boolean).join(', '))}`]
  if (dryRun)
    for (const [path, content] of files)
      lines.push(
        '',
        c.dim(`--- ${path}`),
        typeof content === 'string' ? escapeText(content.trimEnd()) : c.dim(`${content.length} bytes`),
      )
  else lines.push(...[...files.keys()].map((path) => `  wrote ${path}`))
  lines.push(`  ${countsOf(resources)}`)
  if (leftOut.length > 0) {
    lines.push('', '  left out')
    const rows = leftOut.map(({ type, what, because }) => [type, safe(what), safe(because)])
    lines.push(...columns(rows, { indent: '    ', paint: (cell, column) => (column === 2 ? c.dim(cell) : cell) }))
  }
  if (unknown.length > 0) {
    lines.push('', `  ${c.yellow('not looked for')}`)
    lines.push(
      ...columns(
        unknown.map(({ type, unknown: u }) => [type, `${u.reason}: ${safe(u.detail)}`]),
        { indent: '    ' },
      ),
    )
  }
  return lines
}

function countsOf(resources: Written['resources']): string {
  const types = new Map<string, number>()
  for (const { type } of resources) types.set(type, (types.get(type) ?? 0) + 1)
  const parts = [...types].map(([type, n]) => `${n} ${type}`)
  return `${count(resources.length, 'resource')}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
}

function proofLines(
  { hosts, actions, unknowns, unchanged, diagnostics }: NonNullable<Imported['proof']>,
  c: Colors,
): string[] {
  if (diagnostics.length > 0) return [c.red('nothing is proved: the documents have errors')]
  if (actions.length === 0 && unknowns.length === 0)
    return [
      `${c.green('plan is empty')}  ${count(unchanged, 'resource')} of ${count(hosts.length, 'host')} as written`,
      c.dim('next: read them, commit them on a branch and have it approved as any change'),
    ]
  const rows = [
    ...actions.map(({ host, verb, resource, summary, origin }) => [
      host,
      verb,
      safe(resource),
      safe(summary),
      othersOf(host, origin.declaredBy),
    ]),
    ...unknowns.map(({ host, resource = '', unknown }) => [
      host,
      'unknown',
      safe(resource),
      safe(`${unknown.reason}: ${unknown.detail}`),
    ]),
  ]
  return [c.yellow('plan is not empty'), ...columns(rows, { indent: '  ' })]
}

/** Documents that ask for it, where the host's own profile does not. */
function othersOf(host: string, declaredBy: readonly { readonly address: string }[]): string {
  const addresses = declaredBy.map(({ address }) => address)
  return addresses.length === 0 || addresses.includes(`Profile/${host}`) ? '' : `for ${addresses.join(', ')}`
}

const safe = (text: string): string => escapeControls(text.replaceAll('\n', ' '))
const escapeText = (text: string): string => text.split('\n').map(escapeControls).join('\n')
