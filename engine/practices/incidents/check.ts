import { type Address, addressOf, nameOf } from '../../model/address.ts'
import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { JsonPath, LoadedDocument } from '../../model/document.ts'
import { type PracticeInput, specOf } from '../../model/practice.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

interface OnCall {
  readonly layers: readonly { readonly people: readonly string[] }[]
}

interface EscalationPolicy {
  readonly steps: readonly {
    readonly page: readonly { readonly person?: string; readonly team?: string; readonly lead?: string }[]
  }[]
}

interface Team {
  readonly members?: readonly string[]
  readonly lead?: string
}

/** People who are to be called and can't be. Overrides pass by themselves, and are nobody's trouble for long. */
export function checkOnCall({ graph, locate }: PracticeInput): readonly Diagnostic[] {
  const findings: Diagnostic[] = []
  const tell = (code: keyof typeof codes, document: LoadedDocument, path: JsonPath, summary: string): void => {
    findings.push(report(code, { summary, ...locate(document, ['spec', ...path]), subject: document.address }))
  }
  const hasLeft = (person: string): boolean =>
    graph.documents.get(named('Person', person))?.document.spec['active'] === false
  for (const document of graph.ofKind('OnCall'))
    for (const [i, { people }] of specOf<OnCall>(document).layers.entries())
      for (const [n, person] of people.entries())
        if (hasLeft(person))
          tell(
            'on-call-left',
            document,
            ['layers', i, 'people', n],
            `${named('Person', person)} is not active any more`,
          )
  for (const document of graph.ofKind('EscalationPolicy'))
    for (const [i, { page }] of specOf<EscalationPolicy>(document).steps.entries())
      for (const [n, { person, team, lead }] of page.entries()) {
        const path: JsonPath = ['steps', i, 'page', n]
        if (person !== undefined && hasLeft(person))
          tell('on-call-left', document, [...path, 'person'], `${named('Person', person)} is not active any more`)
        const whole = team === undefined ? undefined : teamNamed(team)
        if (whole !== undefined && !(whole.members ?? []).some((m) => !hasLeft(m)))
          tell('escalation-nobody', document, [...path, 'team'], `nobody is left in ${named('Team', team ?? '')}`)
        const led = lead === undefined ? undefined : teamNamed(lead)
        if (led !== undefined && (led.lead === undefined || hasLeft(led.lead)))
          tell('escalation-nobody', document, [...path, 'lead'], `nobody leads ${named('Team', lead ?? '')}`)
      }
  return findings

  function teamNamed(name: string): Team | undefined {
    const document = graph.documents.get(named('Team', name))
    return document === undefined ? undefined : specOf<Team>(document)
  }
}

/** `platform`, `team/platform` and `Team/platform` are one. */
const named = (kind: string, name: string): Address => addressOf(kind, nameOf(name))
