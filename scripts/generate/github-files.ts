import { readdirSync, readFileSync } from 'node:fs'

const folder = 'engine/github-files'

/** Where each file stands in an estate, and where its text is here; sorted. */
export function githubFilePaths(): readonly { readonly path: string; readonly from: string }[] {
  const workflows = readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .sort()
  return [
    { path: '.github/actions/plumbline/action.yml', from: 'action.yml' },
    ...workflows.map((name) => ({ path: `.github/workflows/${name}`, from: `${folder}/${name}` })),
  ]
}

/** Text of `github-files.ts`: what `init --github` writes, carried along as data. */
export function githubFilesText(): string {
  const entries = githubFilePaths().map(
    ({ path, from }) => `  [${JSON.stringify(path)}, ${JSON.stringify(readFileSync(from, 'utf8'))}],`,
  )
  return `${[
    '/** Files for GitHub by their path in an estate. `__BRANCH__` stands for the branch that is the desired state. */',
    'export const githubTemplates: ReadonlyMap<string, string> = new Map([',
    ...entries,
    '])',
  ].join('\n')}\n`
}
