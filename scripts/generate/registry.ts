import type { Inputs, PlugIn } from './read-inputs.ts'

/** Text of `registry.ts`: what was found by scanning the plug-in folders. */
export function registryText({ resources, practices, codeBooks }: Inputs): string {
  const imports = (plugIns: readonly PlugIn[], exported: string, prefix: string) =>
    plugIns.map((p, i) => `import { ${exported} as ${prefix}${i} } from '${p.from}'`)
  return `${[
    "import type { CodeBook } from '../model/diagnostic.ts'",
    "import type { Practice } from '../model/practice.ts'",
    "import type { ResourceType } from '../model/resource.ts'",
    ...imports(resources, 'resource', 'resource'),
    ...imports(practices, 'practice', 'practice'),
    ...imports(codeBooks, 'codes', 'codes'),
    '',
    '/** Resource types by name. */',
    'export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map<string, ResourceType>([',
    ...resources.map((p, i) => `  ['${p.name}', resource${i} as unknown as ResourceType],`),
    '])',
    '',
    '/** Practices, by name. */',
    `export const practices: readonly Practice[] = [${practices.map((_, i) => `practice${i}`).join(', ')}]`,
    '',
    '/** Code books by the folder that reports with them. A code stands in one book only. */',
    'export const codeBooks: ReadonlyMap<string, CodeBook> = new Map<string, CodeBook>([',
    ...codeBooks.map((p, i) => `  ['${p.name}', codes${i}],`),
    '])',
  ].join('\n')}\n`
}
