import { readFileSync } from 'node:fs'
import { load, loadAll } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import type { Document } from '../model/document.ts'
import { graphOf, keyNamed } from './case-world.ts'
import { parseCodeOwners, ruleFor } from './code-owners.ts'
import { codeOwnerFindings, ownerRequirements } from './owners.ts'
import { peopleOf } from './people.ts'

interface Case {
  readonly case: string
  readonly text: string
  readonly lines: Readonly<Record<string, number>>
  readonly faults?: readonly number[]
}

const text = (name: string) => readFileSync(new URL(`cases/${name}.yaml`, import.meta.url), 'utf8')

describe('patterns', () => {
  it.each((load(text('code-owners')) as Case[]).map((c) => [c.case, c] as const))('%s', (_, c) => {
    const owners = parseCodeOwners('CODEOWNERS', c.text)
    const lines = Object.keys(c.lines).map((path) => [path, ruleFor(owners, path)?.line ?? 0])
    expect(Object.fromEntries(lines)).toEqual(c.lines)
    expect(owners.findings.map((f) => f.line)).toEqual(c.faults ?? [])
  })

  it('of a file that no forge would read are left out', () => {
    const owners = parseCodeOwners('CODEOWNERS', `* @ada\n${'#'.repeat(3_000_001)}`)
    expect(owners).toMatchObject({ rules: [], findings: [{ code: 'code-owners-line' }] })
  })
})

describe('owners', () => {
  const documents = loadAll(
    text('approvals/base').replace(/key: \$([a-z-]+)/g, (_, name: string) => `key: ${keyNamed(name)}`),
  )
  const people = peopleOf(graphOf(documents as unknown as Document[]))
  const asked = (line: string, authors: readonly `Person/${string}`[] = ['Person/ada']) => {
    const owned = { codeOwners: parseCodeOwners('CODEOWNERS', `* ${line}`), paths: ['inventory/a.yaml', 'README.md'] }
    const { requirements, warnings } = ownerRequirements([], people, { authors, unproven: [] }, owned)
    return { teams: requirements.map((r) => r.teams), warnings: warnings.map((w) => `${w.code} ${w.file}:${w.line}`) }
  }
  const unknown = 'code-owner-unknown CODEOWNERS:1'

  it.each([
    ['an account', '@Chen', [['Person/chen']], []],
    ['an account that several people have, on several forges', '@ben', [[]], [unknown]],
    ['an account that two people list', '@both', [[]], [unknown]],
    ['an e-mail address', 'Chen@Example.org', [['Person/chen']], []],
    ['a team of an organisation', '@lantern/Security', [['Team/security']], []],
    ['several, of whom one is enough', '@chen @lantern/security', [['Person/chen', 'Team/security']], []],
    ['somebody unknown beside somebody known', '@chen @stranger', [['Person/chen']], [unknown]],
    ['nobody known: somebody independent is asked all the same', '@stranger @lantern/ghosts', [[]], [unknown, unknown]],
    ['somebody who left', '@emil', [[]], [unknown]],
    ['a bot', '@robot', [[]], [unknown]],
    ['nobody', '', [], []],
  ])('%s', (_, line, teams, warnings) => {
    expect(asked(line)).toEqual({ teams, warnings })
  })

  it('whom nobody knows are named with their place, whatever is changed', () => {
    const owners = parseCodeOwners('CODEOWNERS', '* @chen\ndocs/ @stranger @lantern/security\n[x] @chen')
    expect(codeOwnerFindings(owners, people).map((f) => `${f.code} ${f.file}:${f.line}`)).toEqual([
      'code-owners-line CODEOWNERS:3',
      'code-owner-unknown CODEOWNERS:2',
    ])
  })

  it('are not asked for what they wrote, where all who wrote it belong to them', () => {
    expect(asked('@lantern/platform').teams).toEqual([])
    expect(asked('@lantern/platform', ['Person/ada', 'Person/chen']).teams).toEqual([['Team/platform']])
  })
})
