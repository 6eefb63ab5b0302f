import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { kinds } from '../generated/kinds.ts'
import { buildGraph } from '../graph/build-graph.ts'
import { loadDocuments, type SourceFile } from '../load/load-documents.ts'
import type { Action } from '../model/plan.ts'
import { judgePolicies } from './judge-policies.ts'

const root = new URL('../../', import.meta.url)
const folder = (name: string) =>
  readdirSync(new URL(name, root), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml'))
    .map((path) => `${name}/${path}`)
const texts = ['plumbline.yaml', ...folder('inventory'), ...folder('policies')].map(
  (path) => [path, readFileSync(new URL(path, root), 'utf8')] as const,
)

/** The reference estate, with a text of one file replaced. */
function estate(edited?: string, from = '', to = '') {
  const files = texts.map(([path, text]): SourceFile => {
    if (path === edited) expect(text).toContain(from)
    return { path, bytes: new TextEncoder().encode(path === edited ? text.replace(from, to) : text) }
  })
  const loaded = loadDocuments(files, { kinds })
  const { graph, diagnostics } = buildGraph(loaded.documents, kinds, loaded.locate)
  return { graph, diagnostics: [...loaded.diagnostics, ...diagnostics] }
}

const base = estate()

function judge(merged: ReturnType<typeof estate>, actions: Parameters<typeof judgePolicies>[0]['actions'] = []) {
  const authorship = { authors: ['Person/a.nair' as const], unproven: [] }
  const rule = 'one-independent'
  const risk = { score: 0, level: 'low', factors: [] } as const
  const verdict = judgePolicies({ base: base.graph, merged: merged.graph, actions, authorship, rule, risk })
  return {
    denials: verdict.denials.map((d) => d.summary),
    requirements: verdict.requirements.map((r) => `${r.count} of ${r.teams.join(', ')}`),
  }
}

describe('the reference estate', () => {
  it('loads without a finding', () => {
    expect(base.diagnostics).toEqual([])
    expect(base.graph.ofKind('Person')).toHaveLength(40)
    expect(base.graph.ofKind('Service')).toHaveLength(12)
  })

  it('asks security for new access, and the owner of the grant', () => {
    const merged = estate('inventory/access/grants.yaml', 'Person/h.sato', 'Person/h.sato, Person/p.zielinski')
    expect(judge(merged).requirements).toEqual(['1 of Team/security', '1 of Team/orders'])
  })

  it('asks two for a change of the rules', () => {
    const merged = estate('policies/changes/production.yaml', "'db', 'queue', 'cache'", "'db'")
    expect(judge(merged).requirements).toEqual(['2 of Team/security, Team/platform', '1 of Team/platform'])
  })

  it('does not let a host walk into production', () => {
    const merged = estate('inventory/hosts/ams1/staging.yaml', 'environment: staging', 'environment: prod')
    expect(judge(merged).denials).toEqual([expect.stringContaining('update Host/stg-web-01')])
  })

  it('asks the database team before a database of production restarts, and nobody in staging', () => {
    const restart = (host: string): Pick<Action, 'host' | 'resource' | 'verb' | 'reversibility'> => ({
      host,
      resource: 'service:postgresql',
      verb: 'restart',
      reversibility: 'best-effort',
    })
    expect(judge(base, [restart('db-01'), restart('stg-db-01')]).requirements).toEqual(['1 of Team/databases'])
    expect(judge(base, [restart('stg-db-01')]).requirements).toEqual(['1 of '])
  })
})
