import { execFileSync } from 'node:child_process'
import { chmod, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'

/** Bundles the command into `dist/`, or the folder named: one small entry, and a chunk for each command that is loaded when it is called. */
const outdir = process.argv[2] ?? 'dist'
execFileSync(process.execPath, ['--import', 'tsx', 'scripts/generate.ts'], { stdio: 'inherit' })
await rm(outdir, { recursive: true, force: true })
const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
await build({
  // The program of a thread that helps to parse is a file of its own, beside the command.
  entryPoints: { plumbline: 'engine/main.ts', 'parse-worker': 'engine/parse-worker.ts' },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Native and optional parts are found beside the package only when it is not bundled.
  external: ['ssh2', 'libsql', '@cyclonedx/cyclonedx-library'],
  define: { PLUMBLINE_VERSION: JSON.stringify(version) },
  banner: {
    js: "import { createRequire as plumblineRequire } from 'node:module'; const require = plumblineRequire(import.meta.url);",
  },
  chunkNames: 'chunks/[name]-[hash]',
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
})
await chmod(join(outdir, 'plumbline.js'), 0o755)
