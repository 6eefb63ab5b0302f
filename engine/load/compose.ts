import {
  EVENT_ID,
  type Event,
  getScalarValue,
  type MappingEvent,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
} from 'js-yaml'
import type { Json } from '../model/document.ts'
import { nameOfCharacter, unsafeCharacterAt } from '../schema/unsafe-text.ts'
import { type Finding, maxFindings } from './finding.ts'
import { type Limits, maxExpandedValues } from './limits.ts'
import { plainScalar } from './scalar.ts'

/** One YAML document of a file. */
export interface Composed {
  readonly value: Json
  /** Offset of its first key or value; -1 where it is empty. */
  readonly offset: number
}

interface Anchor {
  readonly value: Json
  /** Values it holds with its aliases written out. */
  readonly size: number
  readonly finished: boolean
}

const allowedTags = new Set(['!!str', '!!map', '!!seq', '!'])
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype'])
const problems = {
  'integer-range': 'the number is too large to be kept exactly',
  'not-finite': 'the number is not finite',
  'quote-mode': 'a number with a leading zero, or a file mode, must be quoted',
} as const

/**
 * Builds the values of a file's documents from the parser's events, with rules stricter than YAML's: what programs read
 * differently, or what grows without bound, is refused, each with its place.
 */
export class Composer {
  readonly findings: Finding[] = []
  private readonly text: string
  private readonly events: readonly Event[]
  private readonly limits: Limits
  private at = 0
  private depth = 0
  private size = 0
  private aliases = 0
  private anchors = new Map<string, Anchor>()

  constructor(text: string, events: readonly Event[], limits: Limits) {
    this.text = text
    this.events = events
    this.limits = limits
  }

  documents(): Composed[] {
    const documents: Composed[] = []
    while (this.at < this.events.length) {
      const event = this.events[this.at++]
      if (event?.type !== EVENT_ID.DOCUMENT) continue
      this.anchors = new Map()
      this.aliases = 0
      this.size = 0
      const offset = offsetOf(this.events[this.at])
      if (event.directives.length > 0) {
        this.find('yaml-directive-forbidden', Math.max(0, this.text.search(/^%/m)), 'directives are not allowed')
      }
      documents.push({ value: this.node(undefined), offset })
      this.at++
    }
    return documents
  }

  private find(code: Finding['code'], offset: number, summary: string): void {
    if (this.findings.length < maxFindings) this.findings.push({ code, offset: Math.max(0, offset), summary })
  }

  private node(key: string | undefined): Json {
    const event = this.events[this.at++]
    this.size++
    if (event === undefined || event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return null
    if (event.type === EVENT_ID.ALIAS) return this.alias(event)
    if (event.tagStart !== -1) this.checkTag(event)
    if (event.type === EVENT_ID.SCALAR)
      return event.anchorStart === -1 ? this.scalar(event, key) : this.anchored(event, () => this.scalar(event, key))
    if (++this.depth === this.limits.depth + 1) {
      this.find('too-deep', event.start, `nested deeper than ${this.limits.depth} levels`)
    }
    const build = (): Json => (event.type === EVENT_ID.SEQUENCE ? this.sequence(key) : this.mapping())
    const value = event.anchorStart === -1 ? build() : this.anchored(event, build)
    this.depth--
    return value
  }

  /** Most carry no anchor, and are built without this. */
  private anchored(event: ScalarEvent | SequenceEvent | MappingEvent, build: () => Json): Json {
    const name = this.text.slice(event.anchorStart, event.anchorEnd)
    const before = this.size
    this.anchors.set(name, { value: null, size: 0, finished: false })
    const value = build()
    this.anchors.set(name, { value, size: this.size - before + 1, finished: true })
    return value
  }

  private alias(event: { readonly anchorStart: number; readonly anchorEnd: number }): Json {
    const name = this.text.slice(event.anchorStart, event.anchorEnd)
    const anchor = this.anchors.get(name)
    if (anchor === undefined) {
      this.find('yaml-syntax', event.anchorStart - 1, 'the alias names no anchor that stands before it')
      return null
    }
    if (!anchor.finished) {
      this.find('alias-cycle', event.anchorStart - 1, 'the alias stands inside the value it names')
      return null
    }
    this.aliases++
    this.size += anchor.size
    if (this.aliases === this.limits.aliases + 1) {
      this.find('alias-limit', event.anchorStart - 1, `more than ${this.limits.aliases} aliases in one document`)
    }
    if (this.size <= maxExpandedValues) return this.aliases > this.limits.aliases ? null : anchor.value
    if (this.size - anchor.size <= maxExpandedValues) {
      this.find(
        'alias-limit',
        event.anchorStart - 1,
        `the document has over ${maxExpandedValues} values with its aliases`,
      )
    }
    return null
  }

  private sequence(key: string | undefined): Json {
    const items: Json[] = []
    while (this.events[this.at]?.type !== EVENT_ID.POP) items.push(this.node(key))
    this.at++
    return items
  }

  private mapping(): Json {
    const map: Record<string, Json> = {}
    while (this.events[this.at]?.type !== EVENT_ID.POP) {
      const offset = offsetOf(this.events[this.at])
      const key = this.key()
      const value = this.node(key)
      if (key === undefined) continue
      if (forbiddenKeys.has(key)) this.find('forbidden-key', offset, `the key ${key} is not allowed`)
      else if (Object.hasOwn(map, key)) this.find('duplicate-key', offset, 'the key stands twice in this map')
      else map[key] = value
    }
    this.at++
    return map
  }

  /** The key as text; undefined where it can't be one, which has been said then. */
  private key(): string | undefined {
    const event = this.events[this.at]
    if (event?.type === EVENT_ID.SCALAR) {
      const isMerge = event.style === SCALAR_STYLE.PLAIN && getScalarValue(this.text, event) === '<<'
      if (isMerge) this.find('merge-not-allowed', offsetOf(event), 'merge keys are not allowed')
      if (event.tagStart !== -1) this.checkTag(event)
      this.at++
      if (isMerge) return undefined
      const text = event.anchorStart === -1 ? this.textOf(event) : this.anchored(event, () => this.textOf(event))
      return typeof text === 'string' ? text : undefined
    }
    const offset = offsetOf(event)
    const value = this.node(undefined)
    if (typeof value === 'string') return value
    this.find('duplicate-key', offset, 'a key must be text')
    return undefined
  }

  private scalar(event: ScalarEvent, key: string | undefined): Json {
    if (event.style !== SCALAR_STYLE.PLAIN || event.tagStart !== -1) return this.textOf(event)
    const { value, problem } = plainScalar(getScalarValue(this.text, event), key)
    if (problem !== undefined) this.find(problem, event.valueStart, problems[problem])
    return value
  }

  /** Text of a scalar. Only double quotes have escapes, so only there can a character appear that the file does not show. */
  private textOf(event: ScalarEvent): string {
    const text = getScalarValue(this.text, event)
    if (event.style === SCALAR_STYLE.DOUBLE_QUOTED && !event.fast) {
      const at = unsafeCharacterAt(text)
      if (at !== -1) {
        this.find(
          'unsafe-character',
          event.valueStart,
          `the text holds ${nameOfCharacter(text, at)}, written as an escape`,
        )
      }
    }
    return text
  }

  private checkTag(event: ScalarEvent | SequenceEvent | MappingEvent): void {
    const tag = this.text.slice(event.tagStart, event.tagEnd)
    if (!allowedTags.has(tag)) this.find('tag-not-allowed', event.tagStart, 'the tag is not allowed')
  }
}

/** Where a node starts. */
export function offsetOf(event: Event | undefined): number {
  if (event === undefined || event.type === EVENT_ID.DOCUMENT || event.type === EVENT_ID.POP) return -1
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart - 1
  if (event.type !== EVENT_ID.SCALAR) return event.start
  const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED
  return quoted ? event.valueStart - 1 : event.valueStart
}
