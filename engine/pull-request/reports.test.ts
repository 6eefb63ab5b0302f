import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import fc from 'fast-check'
import type { Log } from 'sarif'
import { SaxesParser } from 'saxes'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { CodeBook, Diagnostic } from '../model/diagnostic.ts'
import { type CasePlan, toldOf } from './case-told.ts'
import { hostile } from './hostile-text.ts'
import { junit } from './junit.ts'
import { sarif } from './sarif.ts'
import { stepSummary } from './step-summary.ts'

const cases: readonly CasePlan[] = parse(readFileSync(new URL('cases/comments.yaml', import.meta.url), 'utf8'))
const named = (name: string): CasePlan => {
  const found = cases.find((c) => c.name === name)
  if (found === undefined) throw new Error(`no case ${name}`)
  return found
}
const book: CodeBook = {
  'change-denied': { severity: 'error', meaning: 'A policy forbids the change.', fix: 'Do it in another way.' },
}

const finding: fc.Arbitrary<Diagnostic> = fc.record(
  {
    code: fc.oneof(fc.constant('change-denied'), hostile),
    severity: fc.constantFrom('error' as const, 'warning' as const, 'info' as const),
    summary: hostile,
    detail: hostile,
    file: hostile,
    line: fc.integer(),
    column: fc.integer(),
    hint: hostile,
  },
  { requiredKeys: ['code', 'severity', 'summary'] },
)

/** By the schema of OASIS, as its own package brings it along; ajv knows newer drafts, which say `id` in another way. */
function sarifSchema(): (log: unknown) => readonly unknown[] {
  const require = createRequire(import.meta.url)
  const path = require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')
  const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(path, 'utf8'))
  const validate = formats.default(new Ajv({ strict: false, allErrors: true, unicodeRegExp: false })).compile(schema)
  return (log) => (validate(log) ? [] : (validate.errors ?? []))
}

describe('SARIF', () => {
  const faults = sarifSchema()

  test.each(cases)('$name is as the schema asks', (given) => {
    expect(faults(JSON.parse(sarif(toldOf(given), book)))).toEqual([])
  })

  test('whatever findings say, it is as the schema asks', () => {
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 5 }), (findings) => {
        expect(faults(JSON.parse(sarif(toldOf({ name: 'x', findings }), book)))).toEqual([])
      }),
    )
  })

  test('a finding is found at its line, with what its code means, and known again when the line moves', () => {
    const given = named('forbidden')
    const log = (line: number): Log =>
      JSON.parse(sarif(toldOf({ ...given, denials: given.denials?.map((d) => ({ ...d, line })) ?? [] }), book))
    const [run] = log(44).runs
    expect(run?.tool.driver.rules).toMatchObject([{ id: 'change-denied', help: { text: 'Do it in another way.' } }])
    expect(run?.results?.[0]).toMatchObject({
      ruleId: 'change-denied',
      level: 'error',
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: 'inventory/network/firewall.yaml' }, region: { startLine: 44 } },
        },
      ],
    })
    const print = (l: Log) => l.runs[0]?.results?.[0]?.partialFingerprints
    expect(print(log(50))).toEqual(print(log(44)))
  })

  test('what has no place in the repository is said of the run, for forges refuse results without one', () => {
    const told = toldOf({
      name: 'x',
      findings: [{ code: 'host-slow', severity: 'warning', summary: 'web-01 is slow', host: 'web-01' }],
    })
    const [run] = (JSON.parse(sarif(told, book)) as Log).runs
    expect(run?.results).toEqual([])
    expect(run?.invocations?.[0]?.toolExecutionNotifications).toMatchObject([
      { level: 'warning', message: { text: 'web-01 is slow' } },
    ])
  })
})

/** Names of test cases, each with the messages it fails with, as a strict reader of XML finds them. */
function testCases(xml: string): Record<string, string[]> {
  const found: Record<string, string[]> = {}
  let last: string[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (name === 'testcase') {
      last = []
      found[`${attributes['classname']} ${attributes['name']}`] = last
    }
    if (name === 'failure') last.push(String(attributes['message']))
  })
  parser.write(xml).close()
  return found
}

describe('JUnit', () => {
  test('has a case for the documents, the plan, each policy and each host', () => {
    expect(testCases(junit(toldOf(named('forbidden'))))).toEqual({
      'plumbline.validate documents are valid': [],
      'plumbline.plan a plan can be made': [],
      'plumbline.policy ChangePolicy/no-open-ssh': [
        'FirewallRule/office-ssh: SSH from outside goes through the bastion, and nowhere else [change-denied]',
      ],
      'plumbline.policy ChangePolicy/owners-agree': [],
      'plumbline.host app-01': [],
      'plumbline.host app-02': [],
      'plumbline.host app-03': [],
      'plumbline.host app-04': [],
      'plumbline.host app-05': [],
    })
  })

  test('a host that could not be looked at fails', () => {
    const found = testCases(junit(toldOf(named('unknown-hosts'))))
    expect(found['plumbline.host web-01']).toEqual([])
    expect(found['plumbline.host web-02']).toEqual(['host is unknown: 10.0.4.12 port 22: connection timed out'])
  })

  test('without a plan, the documents fail', () => {
    const found = testCases(junit(toldOf(named('invalid'))))
    expect(found['plumbline.validate documents are valid']).toHaveLength(1)
    expect(found['plumbline.plan a plan can be made']).toHaveLength(1)
  })

  test('whatever findings, hosts and policies say, it is XML that says the same', () => {
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 4 }), fc.array(hostile, { maxLength: 3 }), (findings, hosts) => {
        const unknowns = hosts.map((host) => ({ host, unknown: { reason: host, detail: host } }))
        const planned = [...new Set(hosts)]
        const xml = junit(
          toldOf({ name: 'x', findings, denials: findings, planned, unknowns, policies: ['ChangePolicy/a'] }),
        )
        expect(xml).toContain(`tests="${Object.keys(testCases(xml)).length}"`)
      }),
    )
  })
})

test('the summary of a step shows what the comment has no room for, and stays within what a step may write', () => {
  const summary = stepSummary(toldOf(named('shortened')))
  expect(summary.includes('<summary>app-0100: 2 changes</summary>')).toBe(true)
  expect(summary.includes('<!--')).toBe(false)
  expect(new TextEncoder().encode(summary).length).toBeLessThanOrEqual(1024 * 1024)
})
