import { type Command, Option } from 'commander'

/** What every command that shows something computed can be asked for. */
export interface FormatOptions<Format extends string> {
  readonly format: Format
  /** A file; for several drawings a folder. */
  readonly out?: string
  readonly commit?: string
}

/**
 * Adds `--format`, `--json`, `--out` and `--commit`, the same wherever they are.
 * @param formats the first one is used where nothing is said
 * @param out what the file has, in words
 */
export function addFormatOptions(
  command: Command,
  formats: readonly string[],
  out = 'write it into this file; several drawings into this folder',
): Command {
  return command
    .addOption(new Option('--format <format>', 'how it is written').choices(formats).default(formats[0]))
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .option('-o, --out <path>', out)
    .option('--commit <rev>', 'at a commit instead of the working folder')
}
