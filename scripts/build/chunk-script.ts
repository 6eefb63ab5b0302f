import { transform } from 'esbuild'

/**
 * A chunk that esbuild made as a module, as the text of a function that the launcher runs: only of scripts does Node keep what V8
 * compiled. What is exported and never assigned again is handed out as it is, since a getter costs a call each time that it is used.
 */
export async function chunkScript(text: string): Promise<string> {
  const [, body = '', list = ''] = /^([\s\S]*?)(?:\nexport \{([^{}]*)\};\s*)?$/.exec(text.replace(/^#!.*\n/, '')) ?? []
  const exported = list.split(',').flatMap((item) => {
    const [local = '', name = local] = item.trim().split(' as ')
    return local === '' ? [] : [isAssignedOnce(body, local) ? `__exports.${name} = ${local};` : getter(name, local)]
  })
  const withDefault = body.replace(/\nexport default (?=[^\n]*\s*$)/, '\n__exports.default = ')
  // Whoever loads it later takes it for the module that it is, with `default` as one of its names.
  const isModule = "Object.defineProperty(__exports, '__esModule', { value: true });"
  const { code } = await transform(`${isModule}\n${withDefault}\n${exported.join('\n')}`, {
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': '__chunkUrl' },
    legalComments: 'none',
    logLevel: 'warning',
  })
  if (code.includes('module.exports = __toCommonJS('))
    throw new Error('a chunk exports in a form that is not known here')
  return `(function (__exports, require, module, __chunkUrl) {${code}\n})`
}

const getter = (name: string, local: string): string =>
  `Object.defineProperty(__exports, '${name}', { enumerable: true, get: () => ${local} });`

/** Whether a name keeps the value that it gets where it is declared, as far as the text tells: where that is not plain, no. */
function isAssignedOnce(text: string, local: string): boolean {
  const name = local.replaceAll('$', '\\$')
  const assigned = `(?<![.\\w$])${name}\\s*(?:=(?![=>])|(?:[-+*/%&|^]|\\*\\*|<<|>>>?|&&|\\|\\||\\?\\?)=|\\+\\+|--)`
  const times = [...text.matchAll(new RegExp(`${assigned}|(?:\\+\\+|--)${name}(?![\\w$])`, 'g'))].length
  if (new RegExp(`^(?:async )?function\\*? ${name}\\(`, 'm').test(text)) return times === 0
  return times === 1 && new RegExp(`^(?:var|let|const) ${name} = `, 'm').test(text)
}

/** Chunks that import each other in a circle, which only modules can: what one hands out at its end, the other would miss. */
export function circleIn(imports: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>()
  const visit = (chunk: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(chunk)) return [...path.slice(path.indexOf(chunk)), chunk]
    if (done.has(chunk)) return undefined
    for (const next of imports.get(chunk) ?? []) {
      const found = visit(next, [...path, chunk])
      if (found !== undefined) return found
    }
    done.add(chunk)
    return undefined
  }
  for (const chunk of imports.keys()) {
    const found = visit(chunk, [])
    if (found !== undefined) return found
  }
  return undefined
}
