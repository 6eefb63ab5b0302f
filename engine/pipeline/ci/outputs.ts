/**
 * Lines for the file that GITHUB_OUTPUT names. Each value stands between two lines with a delimiter that nobody who writes a value
 * can know, so that none ends early and begins another output.
 *
 * @param delimiter made anew for each call, at random
 */
export function outputLines(outputs: Readonly<Record<string, string>>, delimiter: string): string {
  return Object.entries(outputs)
    .map(([name, value]) => `${name}<<${delimiter}\n${value.replaceAll(/[\r\n]+/g, ' ')}\n${delimiter}\n`)
    .join('')
}
