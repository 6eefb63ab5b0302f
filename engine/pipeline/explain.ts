import type { Diagnostic } from '../model/diagnostic.ts'
import type { World } from './world.ts'

export async function explain(
  _world: World,
  _what: string,
): Promise<{ readonly text: string; readonly json: unknown } | { readonly refused: readonly Diagnostic[] }> {
  throw new Error('not there yet')
}

export async function writeSchemas(
  _world: World,
  _options: { readonly out: string; readonly vscode: boolean; readonly dry: boolean },
): Promise<{ readonly files: readonly string[]; readonly all: unknown }> {
  throw new Error('not there yet')
}
