import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { chunkScript, circleIn } from './build/chunk-script.ts'
import { compileChunks } from './build/compile-chunks.ts'
import { steadyParser } from './build/steady-parser.ts'

/**
 * Bundles the command into `dist/`, or the folder named: one small entry, a chunk for each command that is loaded when it is called,
 * and what V8 compiles of them where the command is run once.
 */
const outdir = process.argv[2] ?? 'dist'
execFileSync(process.execPath, ['--import', 'tsx', 'scripts/generate.ts'], { stdio: 'inherit' })
await rm(outdir, { recursive: true, force: true })
const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
const common = { platform: 'node', target: 'node20', legalComments: 'none', logLevel: 'warning' } as const
const { outputFiles, metafile } = await build({
  ...common,
  // The program of a thread that helps to parse is a file of its own, beside the command.
  entryPoints: { plumbline: 'engine/main.ts', 'parse-worker': 'engine/parse-worker.ts' },
  outdir,
  write: false,
  metafile: true,
  bundle: true,
  splitting: true,
  format: 'esm',
  // Native and optional parts are found beside the package only when it is not bundled.
  external: ['ssh2', 'libsql', '@cyclonedx/cyclonedx-library'],
  define: { PLUMBLINE_VERSION: JSON.stringify(version) },
  chunkNames: '[name]-[hash]',
  minifySyntax: true,
  plugins: [steadyParser],
})
const imports = Object.entries(metafile.outputs).map(([path, output]) => {
  const at = output.imports.filter(({ kind, external }) => kind === 'import-statement' && external !== true)
  return [path, at.map((i) => i.path)] as const
})
const circle = circleIn(new Map(imports))
if (circle !== undefined) throw new Error(`chunks import each other: ${circle.join(' → ')}`)
await mkdir(join(outdir, 'chunks'), { recursive: true })
for (const { path, text } of outputFiles)
  await writeFile(join(outdir, 'chunks', basename(path)), await chunkScript(text))
await build({
  ...common,
  entryPoints: ['scripts/build/launcher.ts'],
  outfile: join(outdir, 'launcher.js'),
  bundle: true,
  format: 'cjs',
})
await writeFile(join(outdir, 'package.json'), '{ "type": "commonjs" }\n')
for (const name of ['plumbline.js', 'parse-worker.js'])
  await writeFile(join(outdir, name), `#!/usr/bin/env node\nrequire('./launcher.js').load('${name}')\n`)
await chmod(join(outdir, 'plumbline.js'), 0o755)
await compileChunks(outdir)
