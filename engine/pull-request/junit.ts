import { create } from 'xmlbuilder2'
import { type Diagnostic, hasErrors } from '../model/diagnostic.ts'
import { escapeControls } from '../model/escape.ts'
import type { PlanTold, RefusedTold } from './told.ts'

interface Case {
  readonly name: string
  /** What it failed for; none where it passed. */
  readonly failures: readonly string[]
}

interface Suite {
  readonly name: string
  readonly cases: readonly Case[]
}

/** The checks of a plan as JUnit XML: documents, plan, each policy, each host that was looked at. */
export function junit(told: PlanTold | RefusedTold): string {
  const suites = 'refused' in told ? refusedSuites(told) : planSuites(told)
  const total = sums(suites.flatMap((s) => s.cases))
  const root = create({ version: '1.0', encoding: 'UTF-8' }).ele('testsuites', { name: 'plumbline', ...total })
  for (const { name, cases } of suites.filter((s) => s.cases.length > 0)) {
    const suite = root.ele('testsuite', { name, ...sums(cases) })
    for (const { name: test, failures } of cases) {
      const element = suite.ele('testcase', { classname: `plumbline.${name}`, name: clean(test), time: '0' })
      const [first] = failures
      if (first !== undefined)
        element.ele('failure', { message: clean(first.split('\n')[0] ?? '') }).txt(clean(failures.join('\n\n')))
    }
  }
  return `${root.end({ prettyPrint: true })}\n`
}

function refusedSuites({ refused, findings }: RefusedTold): readonly Suite[] {
  return [
    { name: 'validate', cases: [{ name: 'documents are valid', failures: errors([...refused, ...findings]) }] },
    {
      name: 'plan',
      cases: [{ name: 'a plan can be made', failures: ['there is none, because of what is wrong above'] }],
    },
  ]
}

function planSuites({ plan, findings, policies = [] }: PlanTold): readonly Suite[] {
  const { denials } = plan.verdict
  const asked = new Set<string>(policies)
  const others = denials.filter((d) => ![...asked].some((policy) => speaksOf(d, policy)))
  const hosts = plan.hosts.planned.map((host): Case => {
    const unknown = plan.unknowns.filter((u) => u.host === host)
    return { name: host, failures: unknown.map((u) => `${u.resource ?? 'host'} is unknown: ${u.unknown.detail}`) }
  })
  return [
    { name: 'validate', cases: [{ name: 'documents are valid', failures: errors(findings) }] },
    { name: 'plan', cases: [{ name: 'a plan can be made', failures: errors(plan.diagnostics) }] },
    {
      name: 'policy',
      cases: [
        ...policies.map(
          (policy): Case => ({ name: policy, failures: denials.filter((d) => speaksOf(d, policy)).map(text) }),
        ),
        ...(others.length > 0 || policies.length === 0
          ? [{ name: 'nothing is denied', failures: others.map(text) }]
          : []),
      ],
    },
    { name: 'host', cases: hosts },
  ]
}

/** A denial names the policy that asks in its detail, and is about a document. */
const speaksOf = ({ subject, detail }: Diagnostic, policy: string): boolean =>
  subject === policy || detail?.split(/[\s,;]+/).includes(policy) === true

const errors = (found: readonly Diagnostic[]): readonly string[] =>
  hasErrors(found) ? found.filter((d) => d.severity === 'error').map(text) : []

function text({ code, summary, detail, hint, file, line, host }: Diagnostic): string {
  const place = file === undefined ? host : `${file}:${line ?? 1}`
  const parts = [
    `${summary} [${code}]`,
    ...(place === undefined ? [] : [`at ${place}`]),
    ...(detail === undefined ? [] : [detail]),
  ]
  return [...parts, ...(hint === undefined ? [] : [`next: ${hint}`])].join('\n')
}

const sums = (
  cases: readonly Case[],
): { readonly tests: string; readonly failures: string; readonly errors: string } => ({
  tests: String(cases.length),
  failures: String(cases.filter((c) => c.failures.length > 0).length),
  errors: '0',
})

/** XML has no way to say most control characters, nor half of a pair, nor the last two of the plane. */
const clean = (value: string): string =>
  escapeControls(value)
    .replaceAll(/[\ufffe\uffff]/g, '\ufffd')
    .slice(0, 8000)
