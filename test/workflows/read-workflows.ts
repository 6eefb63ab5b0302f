import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

export interface Step {
  readonly id?: string
  readonly name?: string
  readonly if?: string
  readonly uses?: string
  readonly run?: string
  readonly env?: Readonly<Record<string, string>>
  readonly with?: Readonly<Record<string, string | number | boolean>>
}

export interface Job {
  readonly if?: string
  readonly needs?: string
  readonly environment?: string
  readonly permissions?: Readonly<Record<string, string>>
  readonly 'timeout-minutes'?: number
  readonly 'runs-on': string
  readonly env?: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}

export interface Workflow {
  readonly name: string
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions?: Readonly<Record<string, string>>
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress'?: boolean }
  readonly env?: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

export interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly (Step & { readonly shell?: string })[] }
}

export interface WorkflowFile {
  /** Where it stands here. */
  readonly file: string
  readonly text: string
  readonly workflow: Workflow
}

const read = (file: string): WorkflowFile => {
  const text = readFileSync(file, 'utf8').replaceAll('__BRANCH__', 'main')
  return { file, text, workflow: parse(text) as Workflow }
}

const folder = 'engine/github-files'

/** What `init --github` writes, for the branch main. */
export const written: readonly WorkflowFile[] = readdirSync(folder)
  .sort()
  .map((name) => read(`${folder}/${name}`))

/** That of this repository itself. */
export const own: readonly WorkflowFile[] = readdirSync('.github/workflows')
  .sort()
  .map((name) => read(`.github/workflows/${name}`))

export const actionText = readFileSync('action.yml', 'utf8')
export const action = parse(actionText) as Action

/** One of those that are written. */
export function workflowOf(name: string): Workflow {
  const found = written.find((w) => w.file === `${folder}/plumbline-${name}.yml`)
  if (found === undefined) throw new Error(`there is no workflow ${name}`)
  return found.workflow
}
