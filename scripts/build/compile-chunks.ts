import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * Runs the command once over the reference estate and keeps what V8 compiled on the way, `compiled` in the folder of the bundle:
 * the command starts with it. Where it can't be run, the bundle does without.
 */
export async function compileChunks(outdir: string): Promise<void> {
  // Where a hook of git builds, its variables name another repository; options of Node would be flags that nobody has later.
  const foreign = /^(?:GIT_|NODE_|PLUMBLINE_|GITHUB_)/
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
  const root = await mkdtemp(join(tmpdir(), 'plumbline-build-'))
  try {
    for (const part of ['plumbline.yaml', 'inventory', 'policies', 'runbooks', 'articles', 'secrets'])
      await cp(part, join(root, part), { recursive: true })
    const who = ['-c', 'user.name=Build', '-c', 'user.email=build@example.org', '-c', 'commit.gpgsign=false']
    for (const args of [
      ['init', '--quiet'],
      ['add', '--all'],
      [...who, 'commit', '--quiet', '--message', 'Build'],
    ])
      execFileSync('git', ['-C', root, ...args], { stdio: 'ignore', env })
    const args = ['-e', keeping(resolve(outdir)), '--', 'plumbline', '-C', root, 'validate']
    execFileSync(process.execPath, args, { stdio: 'ignore', env })
  } catch {
    console.warn('build: the command could not be run, so that it starts without code compiled before')
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

/** A program that runs the command and writes what was compiled. V8 takes it only where its flags are the same as then. */
const keeping = (outdir: string): string => `
  const { setFlagsFromString } = require('node:v8')
  const { load, scripts } = require(${JSON.stringify(join(outdir, 'launcher.js'))})
  setFlagsFromString('--no-flush-bytecode')
  process.on('exit', () => {
    setFlagsFromString('--flush-bytecode')
    const places = {}
    const parts = []
    let at = 0
    for (const [name, script] of scripts) {
      const part = script.createCachedData()
      places[name] = [at, part.length]
      parts.push(part)
      at += part.length
    }
    const head = Buffer.from(JSON.stringify(places) + '\\n')
    require('node:fs').writeFileSync(${JSON.stringify(join(outdir, 'compiled'))}, Buffer.concat([head, ...parts]))
  })
  load('plumbline.js')
`
