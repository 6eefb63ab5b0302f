/**
 * Writes `engine/generated/`: the registry of plug-ins, the kinds as data, their TypeScript types, their compiled
 * validators, and the files for GitHub as data. Nothing in it is committed. A second run without changed inputs does nothing.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { inputFiles, readInputs } from './generate/read-inputs.ts'
import { readText, writeIfChanged } from './generate/write-if-changed.ts'

const target = 'engine/generated'
const outputs = [
  'registry.ts',
  'kinds.ts',
  'types.ts',
  'validators.js',
  'validators.d.ts',
  'quick-validators.js',
  'quick-validators.d.ts',
  'github-files.ts',
  'record-types.ts',
]

const validatorTypes = `import type { Validator } from '../schema/validator.ts'
/** Validators of whole documents, by kind. */
export const validators: ReadonlyMap<string, Validator>
`

const quickValidatorTypes = `/** Whether the schema of a kind accepts a whole document, by kind: the same answers as those of \`validators.js\`, without what is wrong. */
export const validators: ReadonlyMap<string, (document: unknown) => boolean>
`

async function generate(): Promise<void> {
  const files = inputFiles()
  const stamp = createHash('sha256')
  for (const file of files) stamp.update(`${file}\0`).update(readFileSync(file)).update('\0')
  const digest = stamp.digest('hex')
  if (readText(`${target}/stamp`) === digest && outputs.every((o) => existsSync(`${target}/${o}`))) return

  const inputs = readInputs(files)
  const [
    { kindsText },
    { registryText },
    { typesText },
    { validatorsText, quickValidatorsText },
    { githubFilesText },
    { recordTypesText },
  ] = await Promise.all([
    import('./generate/kinds.ts'),
    import('./generate/registry.ts'),
    import('./generate/types.ts'),
    import('./generate/validators.ts'),
    import('./generate/github-files.ts'),
    import('./generate/record-types.ts'),
  ])
  const [types, validators, quick] = await Promise.all([
    typesText(inputs),
    validatorsText(inputs),
    quickValidatorsText(inputs),
  ])
  writeIfChanged(`${target}/registry.ts`, registryText(inputs))
  writeIfChanged(`${target}/kinds.ts`, kindsText(inputs))
  writeIfChanged(`${target}/types.ts`, types)
  writeIfChanged(`${target}/validators.js`, validators)
  writeIfChanged(`${target}/validators.d.ts`, validatorTypes)
  writeIfChanged(`${target}/quick-validators.js`, quick)
  writeIfChanged(`${target}/quick-validators.d.ts`, quickValidatorTypes)
  writeIfChanged(`${target}/github-files.ts`, githubFilesText())
  writeIfChanged(`${target}/record-types.ts`, recordTypesText(inputs))
  writeIfChanged(`${target}/stamp`, digest)
}

await generate()
