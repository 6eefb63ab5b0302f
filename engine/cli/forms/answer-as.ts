import type { Json, JsonObject } from '../../model/document.ts'

/** An answer as its schema wants it: several are written with commas between them. */
export function answerAs(schema: JsonObject, answer: Json): Json {
  const { type, items } = schema
  if (Array.isArray(answer)) return answer.map((one: Json) => answerAs((items ?? {}) as JsonObject, one))
  if (typeof answer !== 'string') return answer
  if ((type === 'number' || type === 'integer') && /^-?\d+(\.\d+)?$/.test(answer.trim())) return Number(answer)
  if (type === 'array')
    return answer
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '')
      .map((one) => answerAs((items ?? {}) as JsonObject, one))
  if (type === 'object' && answer.trim().startsWith('{')) {
    try {
      return JSON.parse(answer) as Json
    } catch {
      return answer
    }
  }
  return answer
}
