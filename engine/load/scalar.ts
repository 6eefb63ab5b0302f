import type { Json } from '../model/document.ts'

export interface PlainScalar {
  readonly value: Json
  readonly problem?: 'integer-range' | 'not-finite' | 'quote-mode'
}

const number = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const words = new Map<string, Json>([
  ['', null],
  ['~', null],
  ['null', null],
  ['Null', null],
  ['NULL', null],
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
])

/** Value of an unquoted scalar after YAML 1.2's core schema. `key` is the key it stands under. */
export function plainScalar(text: string, key: string | undefined): PlainScalar {
  const first = text.charCodeAt(0)
  const startsNumber = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46
  if (!startsNumber) {
    const word = text.length <= 5 ? words.get(text) : undefined
    return { value: word === undefined ? text : word }
  }
  if (number.test(text)) return numberOf(text, key)
  if (/^0o[0-7]+$/.test(text)) return whole(Number(text), text, key)
  if (/^0x[0-9a-fA-F]+$/.test(text)) return whole(Number(text), text, key)
  if (/^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(text)) return { value: text, problem: 'not-finite' }
  return { value: text }
}

function numberOf(text: string, key: string | undefined): PlainScalar {
  const value = Number(text)
  if (/^[-+]?[0-9]+$/.test(text)) return whole(value, text, key)
  return Number.isFinite(value) ? { value } : { value: text, problem: 'not-finite' }
}

function whole(value: number, text: string, key: string | undefined): PlainScalar {
  if (/^[-+]?0[0-9]/.test(text)) return { value: text, problem: 'quote-mode' }
  if (key === 'mode' && /^(?:0o)?[0-7]{3,4}$/.test(text)) return { value: text, problem: 'quote-mode' }
  return Number.isSafeInteger(value) ? { value } : { value: text, problem: 'integer-range' }
}
