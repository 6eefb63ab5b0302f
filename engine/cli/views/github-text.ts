import { escapeControls } from '../../model/escape.ts'
import type { GithubWritten } from '../../pipeline/github-files.ts'
import type { Colors } from '../terminal.ts'
import { columns, count } from './columns.ts'

/** So many lines are shown of how a file differs. */
const shownLines = 12

/** Files for GitHub that stayed as they are, and what is to be set there, once, by hand. */
export function githubText({ branch, written, same, kept, ownerless }: GithubWritten, colors: Colors): string {
  const lines: string[] = []
  if (written.length === 0 && kept.length === 0)
    lines.push(`  ${count(same.length, 'file')} for GitHub as they should be`)
  for (const { path, lines: differing } of kept) {
    lines.push(`  ${colors.yellow('=')} ${path} stays as it is; ours differs (-, + ours):`)
    lines.push(...differing.slice(0, shownLines).map((line) => `      ${escapeControls(line)}`))
    if (differing.length > shownLines) lines.push(`      … ${count(differing.length - shownLines, 'more line')}`)
  }
  const steps: readonly (readonly [string, string])[] = [
    ['plumbline-plan', `environment for branches ${branch}, refs/pull/*/merge, gh-readonly-queue/${branch}/*`],
    [
      '',
      'secret PLUMBLINE_SSH_KEY: a key that only looks (docs/guides/hosts.md); without, documents alone are planned',
    ],
    ['plumbline-drift', `environment for branch ${branch}; secrets PLUMBLINE_SSH_KEY (the same), PLUMBLINE_ENGINE_KEY`],
    ['plumbline-apply', `environment for branch ${branch}; secrets PLUMBLINE_SSH_KEY: a login that may change hosts,`],
    ['', 'PLUMBLINE_ENGINE_KEY, and SOPS_AGE_KEY where the estate has secrets'],
    ['plumbline.yaml', 'spec.engineKeys lists the public half of each PLUMBLINE_ENGINE_KEY'],
    [`branch ${branch}`, 'pull requests only; required checks plumbline/plan, plumbline/approval; nobody passes by'],
    ['branch ledger', 'neither forced pushes nor removal'],
    ...(ownerless
      ? [['CODEOWNERS', 'let somebody own /.github/, for who writes there writes what the jobs do'] as const]
      : []),
  ]
  lines.push('', 'To be set on GitHub, once (docs/guides/github.md has it step by step):', '')
  lines.push(...columns(steps, { indent: '  ' }))
  return `${lines.join('\n')}\n`
}
