import type { Log, ReportingDescriptor, Result, Run } from 'sarif'
import type { CodeBook, Diagnostic } from '../model/diagnostic.ts'
import { escapeControls } from '../model/escape.ts'
import { pathInAddress } from './markdown.ts'
import { findingsOf } from './sections.ts'
import type { PlanTold, RefusedTold } from './told.ts'

/** GitHub reads this many results of a run and refuses more than five times as many. */
const mostResults = 5000

const levels = { error: 'error', warning: 'warning', info: 'note' } as const

/**
 * Findings as SARIF 2.1.0 (OASIS), for code scanning. Those about a line of a file are results; what has no place in the repository
 * is a notification of the run, since forges refuse results without one. `book` says what each code means.
 */
export function sarif(told: PlanTold | RefusedTold, book: CodeBook): string {
  const findings = findingsOf(told)
  const placed = findings.flatMap((d) => (d.file === undefined ? [] : [{ ...d, file: d.file }])).slice(0, mostResults)
  const codes = [...new Set(placed.map((d) => d.code))].sort()
  const index = new Map(codes.map((code, i) => [code, i]))
  const { repository } = told.links
  const run: Run = {
    tool: {
      driver: {
        name: 'Plumbline',
        semanticVersion: told.engine,
        rules: codes.map((code) => ruleOf(code, book)),
      },
    },
    columnKind: 'utf16CodeUnits',
    automationDetails: { id: 'plumbline/' },
    ...(repository !== undefined &&
      /^https?:\/\//.test(repository) && {
        versionControlProvenance: [{ repositoryUri: encodeURI(repository), revisionId: told.head }],
      }),
    invocations: [
      {
        executionSuccessful: true,
        toolExecutionNotifications: findings
          .filter((d) => d.file === undefined)
          .slice(0, mostResults)
          .map((d) => ({ level: levels[d.severity], message: { text: text(d) }, descriptor: { id: d.code } })),
      },
    ],
    results: withFingerprints(placed, index),
  }
  const log: Log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }
  return `${JSON.stringify(log, null, 2)}\n`
}

function ruleOf(code: string, book: CodeBook): ReportingDescriptor {
  const entry = book[code]
  if (entry === undefined) return { id: code }
  const { meaning, fix, severity } = entry
  return {
    id: code,
    shortDescription: { text: meaning },
    fullDescription: { text: meaning },
    help: { text: fix },
    defaultConfiguration: { level: levels[severity] },
  }
}

/** The fingerprint stays as long as the finding does, wherever its line moves to: so a forge knows it again. */
function withFingerprints(
  findings: readonly (Diagnostic & { readonly file: string })[],
  index: ReadonlyMap<string, number>,
): Result[] {
  const seen = new Map<string, number>()
  return findings.map((d): Result => {
    const about = [d.code, d.file, d.subject ?? '', d.summary].join('|')
    const nth = (seen.get(about) ?? 0) + 1
    seen.set(about, nth)
    const { line, column, file } = d
    return {
      ruleId: d.code,
      ruleIndex: index.get(d.code) ?? -1,
      level: levels[d.severity],
      message: { text: text(d) },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: pathInAddress(file), uriBaseId: '%SRCROOT%' },
            region: {
              startLine: Math.max(1, line ?? 1),
              ...(column !== undefined && column > 0 && { startColumn: column }),
            },
          },
        },
      ],
      partialFingerprints: { primaryLocationLineHash: `${escapeControls(about)}:${nth}` },
    }
  })
}

/** Brackets make links in SARIF's messages, and braces stand for arguments. */
function text({ summary, detail, hint }: Diagnostic): string {
  const parts = [summary, ...(detail === undefined ? [] : [detail]), ...(hint === undefined ? [] : [`Next: ${hint}`])]
  return escapeControls(parts.join('\n'))
    .replaceAll(/[\\[\]]/g, '\\$&')
    .replaceAll(/[{}]/g, '$&$&')
    .slice(0, 8000)
}
