import { autocomplete, confirm, select, text } from '@clack/prompts'
import { escapeControls } from '../../model/escape.ts'
import type { Choice, Prompter } from './prompter.ts'

/** On standard error: what a command prints can still be piped. */
const output = process.stderr

/** Questions at the process's own terminal. */
export function clackPrompter(): Prompter {
  return {
    text: async ({ message, initial, validate }) =>
      answered(
        await text({
          ...{ message: escapeControls(message), output },
          ...(initial !== undefined && { placeholder: initial, defaultValue: initial }),
          ...(validate !== undefined && {
            validate: (answer) => validate(answer === undefined || answer === '' ? (initial ?? '') : answer),
          }),
        }),
      ),
    select: async ({ message, options, initial }) =>
      answered(
        await select({
          ...{ message: escapeControls(message), options: options.map(shown), output, maxItems: 12 },
          ...(initial !== undefined && { initialValue: initial }),
        }),
      ),
    confirm: async ({ message, initial = false }) =>
      answered(await confirm({ message: escapeControls(message), initialValue: initial, output })),
    search: async ({ message, options }) =>
      answered(
        await autocomplete({
          ...{ message: escapeControls(message), options: options.map(shown), output, maxItems: 12 },
          placeholder: 'type to narrow down',
        }),
      ),
  }
}

const shown = ({ value, label, hint }: Choice) => ({
  value,
  ...(label !== undefined && { label: escapeControls(label) }),
  ...(hint !== undefined && { hint: escapeControls(hint) }),
})

const answered = <Answer>(answer: Answer): Exclude<Answer, symbol> | undefined =>
  typeof answer === 'symbol' ? undefined : (answer as Exclude<Answer, symbol>)
