import type { Nodes } from 'mdast'
import { fromMarkdown } from 'mdast-util-from-markdown'
import { frontmatterFromMarkdown } from 'mdast-util-frontmatter'
import { toString as wordsOf } from 'mdast-util-to-string'
import { frontmatter } from 'micromark-extension-frontmatter'
import type { Json, JsonObject } from '../model/document.ts'
import { type StepFinding, stepOf } from './read-step.ts'

/** What is kept of the words of a text, for searching. */
const mostText = 100_000

/** Nobody nests quotes and lists so deep; a reader of Markdown takes long over it. */
const mostContainers = 30
const tooDeep = /^(?:[ \t]*(?:>|[-+*][ \t]|\d{1,9}[.)][ \t])){31,}/m

/** The steps, the names of documents and the words of a text in CommonMark with front matter. */
export function readMarkdown(text: string): {
  readonly fields: JsonObject
  readonly findings: readonly StepFinding[]
} {
  const deep = tooDeep.exec(text)
  if (deep !== null) return refused(deep.index)
  let tree: Nodes
  try {
    tree = fromMarkdown(text, {
      extensions: [frontmatter(['yaml'])],
      mdastExtensions: [frontmatterFromMarkdown(['yaml'])],
    })
  } catch (error) {
    // What is nested without end is nobody's text; anything else is a mistake of ours.
    if (error instanceof RangeError) return refused(0)
    throw error
  }
  const steps: JsonObject[] = []
  const mentions = new Map<string, JsonObject>()
  const words: string[] = []
  const findings: StepFinding[] = []
  let title: string | undefined
  for (const node of nodesIn(tree)) {
    const line = node.position?.start.line ?? 1
    if (node.type === 'heading') title = wordsOf(node).slice(0, 200)
    if (node.type === 'link') mention(mentions, node.url.replace(/^plumbline:/, ''), line)
    if (node.type === 'inlineCode') mention(mentions, node.value, line)
    if (node.type === 'paragraph' || node.type === 'heading' || node.type === 'code') words.push(wordsOf(node))
    if (node.type !== 'code') continue
    const offset = node.position?.start.offset ?? 0
    const step = stepOf({ opening: firstLine(text, offset), script: node.value, line, offset, title })
    if (step === undefined) continue
    findings.push(...step.findings)
    if (step.step !== undefined) steps.push(step.step)
  }
  findings.push(...amongSteps(steps, text))
  return {
    fields: {
      ...(steps.length > 0 && { steps }),
      ...(mentions.size > 0 && { mentions: [...mentions.values()] }),
      text: words.join('\n').slice(0, mostText),
    },
    findings,
  }
}

const refused = (offset: number) => ({
  fields: {},
  findings: [
    { code: 'runbook-step', offset, summary: `lists and quotes are nested deeper than ${mostContainers}` } as const,
  ],
})

/** Every node, in the order of the text. */
function* nodesIn(tree: Nodes): Iterable<Nodes> {
  const waiting: Nodes[] = [tree]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    yield node
    if ('children' in node) for (const child of [...node.children].reverse()) waiting.push(child)
  }
}

const firstLine = (text: string, from: number): string => {
  const end = text.indexOf('\n', from)
  return text.slice(from, end === -1 ? undefined : end).replace(/\r$/, '')
}

/** So many documents one text names at most. */
const mostMentions = 500

function mention(mentions: Map<string, JsonObject>, text: string, line: number): void {
  if (text.length > 100 || !/^[a-zA-Z]+\/[a-z0-9][a-z0-9.-]{0,62}$/.test(text)) return
  if (!mentions.has(text) && mentions.size < mostMentions) mentions.set(text, { address: text, line })
}

function amongSteps(steps: readonly JsonObject[], text: string): StepFinding[] {
  const names = new Set<Json | undefined>()
  const findings: StepFinding[] = []
  const all = new Set(steps.map((s) => s['name']))
  for (const step of steps) {
    const offset = offsetOfLine(text, Number(step['line']))
    const tell = (summary: string) => findings.push({ code: 'runbook-step', offset, summary })
    if (names.has(step['name'])) tell(`two steps are called ${String(step['name'])}`)
    names.add(step['name'])
    const { undo } = step
    if (typeof undo === 'string' && (!all.has(undo) || undo === step['name'])) tell(`undo=${undo} names no other step`)
  }
  return findings
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0
  for (let n = 1; n < line; n += 1) offset = text.indexOf('\n', offset) + 1
  return offset
}
