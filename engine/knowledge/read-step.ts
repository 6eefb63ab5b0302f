import type { Json, JsonObject } from '../model/document.ts'

/** What is wrong with a step, at an offset of the text. */
export interface StepFinding {
  readonly code: 'runbook-step'
  readonly offset: number
  readonly summary: string
}

interface Block {
  /** The line that the block opens with. */
  readonly opening: string
  readonly script: string
  readonly line: number
  readonly offset: number
  /** The heading that it stands under. */
  readonly title: string | undefined
}

/** `step=NAME`, `confirm`, `expect="…"` with `\"` for a quote. */
const attribute = /([a-z]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s"]+)))?(?:\s+|$)/y

const takesNothing = new Set(['confirm'])
const numbers: ReadonlySet<string> = new Set(['timeout', 'status'])
const texts: ReadonlySet<string> = new Set(['step', 'on', 'as', 'confirm', 'expect', 'undo'])

/** The step that a code block of a runbook is; undefined where it is a code block and no more. */
export function stepOf({
  opening,
  script,
  line,
  offset,
  title,
}: Block): { readonly step?: JsonObject; readonly findings: readonly StepFinding[] } | undefined {
  const [, language = '', rest = ''] = /^\s*(?:`{3,}|~{3,})\s*(\S*)\s*(.*)$/.exec(opening) ?? []
  if (!/(?:^|\s)step(?:=|\s|$)/.test(rest)) return undefined
  const findings: StepFinding[] = []
  const tell = (summary: string): void => void findings.push({ code: 'runbook-step', offset, summary })
  const given = attributesOf(rest, tell)
  const name = given.get('step')
  if (name === undefined || !/^[a-z0-9][a-z0-9-]{0,39}$/.test(name))
    tell('step= takes lower-case letters, digits and -')
  if (language !== 'sh' && language !== 'bash') tell(`a step is a block of sh or bash, not of ${language.slice(0, 40)}`)
  if (script.trim() === '') tell('the step has nothing to run')
  if (findings.length > 0) return { findings }
  const step: Record<string, Json> = { name: name ?? '', line, language, script }
  if (title !== undefined) step['title'] = title
  for (const [key, value] of given) {
    if (key === 'step') continue
    if (key === 'on') Object.assign(step, hostsMeant(value, tell))
    else if (numbers.has(key)) {
      if (/^\d{1,6}$/.test(value)) step[key] = Number(value)
      else tell(`${key}= takes a number`)
    } else step[key] = value
  }
  return { step, findings }
}

function attributesOf(text: string, tell: (summary: string) => void): ReadonlyMap<string, string> {
  const given = new Map<string, string>()
  attribute.lastIndex = 0
  while (attribute.lastIndex < text.length) {
    const at = attribute.lastIndex
    const found = attribute.exec(text)
    if (found === null) {
      tell(`${JSON.stringify(text.slice(at, at + 40))} is no attribute of a step`)
      break
    }
    const [, key = '', quoted, plain] = found
    const value = quoted === undefined ? plain : quoted.replaceAll('\\"', '"')
    if (!texts.has(key) && !numbers.has(key)) tell(`a step has no attribute ${key}`)
    else if (given.has(key)) tell(`${key} is given twice`)
    else if (value === undefined && !takesNothing.has(key)) tell(`${key}= takes a value`)
    else given.set(key, value ?? '')
  }
  return given
}

/** `host/web-01 service/checkout role=web input/host`, or `local`. */
function hostsMeant(text: string, tell: (summary: string) => void): JsonObject {
  const meant: { hosts: string[]; services: string[]; inputs: string[]; labels: Record<string, string> } = {
    ...{ hosts: [], services: [], inputs: [], labels: {} },
  }
  const words = text.split(/[\s,]+/).filter((w) => w !== '')
  if (words.length === 0) tell('on= takes hosts')
  if (words.includes('local')) {
    if (words.length > 1) tell('on=local stands alone')
    return { local: true }
  }
  for (const word of words) {
    const [, kind, name = ''] = /^(host|service|input)\/(.+)$/i.exec(word) ?? []
    const [, label, value = ''] = /^([A-Za-z0-9][A-Za-z0-9._/-]*)=([A-Za-z0-9._-]+)$/.exec(word) ?? []
    if (kind !== undefined) {
      const list = { host: meant.hosts, service: meant.services, input: meant.inputs }[kind.toLowerCase()]
      if (list?.includes(name) === false) list.push(name)
    } else if (label !== undefined && label !== '__proto__') meant.labels[label] = value
    else
      tell(`${JSON.stringify(word.slice(0, 40))} is neither host/NAME, service/NAME, input/NAME, LABEL=VALUE nor local`)
  }
  return Object.fromEntries(
    Object.entries(meant).filter(([, value]) =>
      Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0,
    ),
  ) as JsonObject
}
