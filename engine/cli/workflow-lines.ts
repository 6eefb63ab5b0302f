import type { Emit } from '../model/event.ts'
import { applyProgress } from './apply-progress.ts'
import type { Terminal } from './terminal.ts'

/** What .NET takes for the beginning of a line, and for space before a command: the runner of GitHub Actions reads with it. */
const lineStart = /(^|[\r\n])([^\S\r\n]|[\u0085\u180e\u200b\ufeff])*::/g

/**
 * Makes a text harmless for GitHub Actions, which takes `::…` at the beginning of a line, and `##[…]` anywhere in it, for a command.
 * Source: `ActionCommand.cs` of actions/runner.
 */
export function harmless(text: string): string {
  return text.replaceAll(lineStart, (found) => `${found.slice(0, -2)}: :`).replaceAll('##[', '# #[')
}

/** The same for JSON, where such may stand in strings only, without changing what it says. */
const harmlessJson = (json: string): string => json.replaceAll('##[', '#\\u0023[')

/** A terminal that can't be made to say commands, whatever hosts and strangers have it print. */
export function harmlessTerminal(terminal: Terminal, json: boolean): Terminal {
  return {
    ...terminal,
    out: (text) => terminal.out(json ? harmlessJson(text) : harmless(text)),
    err: (text) => terminal.err(harmless(text)),
  }
}

/** How an apply goes, each wave in a group of lines that can be folded. `end` closes the last one. */
export function groupedProgress(terminal: Terminal): { readonly emit: Emit; readonly end: () => void } {
  const tell = applyProgress(harmlessTerminal(terminal, false), 'text')
  let open = false
  const end = (): void => {
    if (open) terminal.err('::endgroup::\n')
    open = false
  }
  return {
    end,
    emit: (event) => {
      if (event.type === 'wave') {
        end()
        terminal.err(`::group::${commandText(`${event.environment} ${event.number}/${event.of}: ${event.name}`)}\n`)
        open = true
      }
      if (event.type === 'taking-back' || event.type === 'stopped') end()
      tell(event)
    },
  }
}

/** Text behind a command. Source: `escapeData` of @actions/core. */
const commandText = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
