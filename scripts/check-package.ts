import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Packs the package, installs the tarball in an empty folder and runs it there as a user would. */
const folder = await mkdtemp(join(tmpdir(), 'plumbline-package-'))
try {
  run('npm', ['run', '--silent', 'publint'], '.')
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], '.'),
  ) as {
    filename: string
  }[]
  if (packed === undefined) throw new Error('npm pack made nothing')
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'estate', private: true }))
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', resolve(folder, packed.filename.replace(/^@.*\//, ''))],
    folder,
  )
  const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string }
  const said = run('npx', ['plumbline', '--version'], folder).trim()
  if (said !== version) throw new Error(`the installed command says ${said}, not ${version}`)
  run('npx', ['plumbline', 'init', 'estate'], folder)
  // The reference estate comes along whole: the demo of a quarter is told on it.
  const estate = join(folder, 'lantern')
  await cp(join(folder, 'node_modules/@plumbline/engine'), estate, { recursive: true })
  run('git', ['init', '--quiet'], estate)
  run('npx', ['plumbline', 'validate', '--strict', '-C', estate], folder)
  // A kind of the estate's own: what compiles schemas is loaded for it alone, and a bundle loads otherwise than the sources do.
  await mkdir(join(folder, 'estate/schemas/grounds'), { recursive: true })
  await writeFile(
    join(folder, 'estate/schemas/grounds/Tree.yaml'),
    'title: Tree\ntype: object\nproperties: { height: { type: number } }\nexamples: [{ height: 3 }]\n',
  )
  run('npx', ['plumbline', 'validate', '-C', 'estate'], folder)
  run('npx', ['plumbline', 'explain', 'Tree.height', '-C', 'estate'], folder)
  // A library of another language, in a chunk of its own.
  const drawn = run('npx', ['plumbline', 'graph', '--format', 'svg', '-C', 'estate'], folder)
  if (!drawn.startsWith('<svg ')) throw new Error('the installed command draws nothing')
  console.log(`${packed.filename} installs and runs`)
} finally {
  await rm(folder, { recursive: true, force: true })
}

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}
