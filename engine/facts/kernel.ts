import { hidePasswords } from '../model/password-look.ts'
import { read } from '../model/script.ts'
import { compact, fact, running, said, tagged } from './fact.ts'

/** The kernel that runs, and what it was started with. */
export const kernel = fact(
  'kernel',
  [
    running,
    read`read -r release </proc/sys/kernel/osrelease
IFS= read -r version </proc/sys/kernel/version
IFS= read -r line </proc/cmdline
printf 'release %s\nversion %s\nline %s\n' "$release" "$version" "$line"`,
  ],
  (stdout) => {
    const one = (tag: string): string | undefined => said(tagged(stdout, tag)[0])
    const [release, version] = [one('release'), one('version')]
    if (release === undefined || version === undefined) return undefined
    const line = one('line')
    return compact({ release, version, commandLine: line === undefined ? undefined : hidePasswords(line) })
  },
)
