import type { Json, JsonObject } from '../model/document.ts'
import { schemaOf } from '../model/form.ts'

/**
 * Answers by their questions, of `--set question=answer`. What looks like a number, yes or no, or JSON is that, but where the
 * question asks for a text; a question that is answered again has a list.
 */
export function formOf(answers: readonly string[], questions: JsonObject = {}): JsonObject {
  const form: Record<string, Json> = {}
  for (const answer of answers) {
    const at = answer.indexOf('=')
    if (at < 1) continue
    const [name, value] = [
      answer.slice(0, at),
      answered(answer.slice(at + 1), schemaOf(questions, answer.slice(0, at))),
    ]
    const before = form[name]
    form[name] = before === undefined ? value : [...(Array.isArray(before) ? (before as Json[]) : [before]), value]
  }
  return form
}

function answered(text: string, schema: JsonObject | undefined): Json {
  if (schema?.['type'] === 'string') return text
  if (!/^(?:-?\d+(?:\.\d+)?|true|false|[[{].*[\]}])$/s.test(text)) return text
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}
