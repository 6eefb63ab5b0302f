import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { isMap, parse, parseAllDocuments, type Scalar, visit } from 'yaml'
import type { Json } from '../engine/model/document.ts'
import { validate } from '../engine/pipeline/validate.ts'
import type { Validation } from '../engine/pipeline/validation.ts'
import { openWorld } from '../engine/wiring.ts'
import { type Desk, openDesk } from './cli.ts'

/** A verdict on a working folder is given again only where everything would be found anew as it was. */

interface Case {
  readonly title: string
  /** Edits of files of the reference estate: another text for one there, or another name. */
  readonly edits: readonly {
    readonly file: string
    readonly from?: string
    readonly to?: string
    readonly name?: string
  }[]
  readonly stands: boolean
}

const root = join(import.meta.dirname, '..')
const cases = parse(readFileSync(join(root, 'test/cases/verdicts.yaml'), 'utf8')) as readonly Case[]
const noon = '2026-11-22T12:00:00Z'
let now = noon
let desk: Desk
let files: readonly string[]

beforeAll(() => {
  desk = openDesk({})
  desk.git('init', '--quiet', '--initial-branch=main')
  for (const part of ['plumbline.yaml', 'inventory', 'policies', 'runbooks', 'secrets'])
    if (existsSync(join(root, part))) cpSync(join(root, part), join(desk.folder, part), { recursive: true })
  desk.commit('The estate')
  files = execFileSync('git', ['-C', desk.folder, 'ls-files', 'inventory/*.yaml', 'policies/*.yaml'], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n')
})
beforeEach(async () => {
  now = noon
  desk.git('checkout', '--quiet', '--force', 'main')
  desk.git('clean', '--quiet', '-fdx')
  rmSync(join(desk.folder, '.git', 'plumbline'), { recursive: true, force: true })
  await look()
  await look()
})
afterAll(() => desk.close())

/** What is found, and whether that is what was found before. */
async function look(keptFrom = 0): Promise<Validation & { readonly stood: boolean }> {
  const clock = { now: () => new Date(now) }
  const world = await openWorld({ version: '0.0.0-test', start: desk.folder, env: desk.env, clock })
  let stood = true
  const workFiles: typeof world.workFiles = (state) => {
    stood = false
    return world.workFiles(state)
  }
  try {
    return { ...(await validate({ ...world, workFiles }, undefined, { keptFrom })), stood }
  } finally {
    await world.close()
  }
}

/** The same without anything that was kept. */
async function lookAnew(): Promise<Validation> {
  const kept = join(desk.folder, '.git', 'plumbline', 'cache', 'verdict')
  const aside = `${kept}.aside`
  if (existsSync(kept)) renameSync(kept, aside)
  const { stood: _, ...found } = await look(Number.POSITIVE_INFINITY)
  if (existsSync(aside)) renameSync(aside, kept)
  return found
}

const others: readonly Json[] = [
  ...['prod', 'ams1', 'somebody', '10.20.0.9', 'team/platform', '2026-01-01', '', 'x'.repeat(5_000), '{{ secret }}'],
  ...[7, -1, 1e308, true, null, [], {}, [null], [[]], { a: null }, { to: {} }],
]

const edit = (file: string, from: string, to: string): void => {
  const text = desk.read(file)
  expect(text).toContain(from)
  desk.write(file, text.replace(from, to))
}

describe('a verdict that was kept', () => {
  it.each(cases)('$title', async ({ edits, stands }) => {
    for (const { file, from, to, name } of edits) {
      if (from !== undefined) edit(file, from, to ?? '')
      else if (name !== undefined) renameSync(join(desk.folder, file), join(desk.folder, name))
      else if (to !== undefined) desk.write(file, to)
      else rmSync(join(desk.folder, file))
    }
    const { stood, ...found } = await look()
    expect(found).toEqual(await lookAnew())
    expect(stood).toBe(stands)
  })

  it('stands when what it was about is committed, and when it is taken back', async () => {
    edit('inventory/hosts/ams1/app.yaml', '  name: app-02', '  name: app-02\n  description: Takes orders')
    expect((await look()).stood).toBe(true)
    desk.git('add', '--all')
    desk.git('commit', '--quiet', '--message', 'Other words')
    expect((await look()).stood).toBe(true)
    desk.git('reset', '--quiet', '--hard', 'HEAD^')
    expect((await look()).stood).toBe(true)
  })

  it('counts from the files that were not committed when it was made', async () => {
    edit('inventory/hosts/ams1/app.yaml', 'environment: prod', 'environment: nowhere')
    expect((await look()).diagnostics).toContainEqual(expect.objectContaining({ code: 'dangling-reference' }))
    expect((await look()).stood).toBe(true)
    desk.git('checkout', '--quiet', '--force', 'main')
    const { stood, ...found } = await look()
    expect(stood).toBe(false)
    expect(found).toEqual(await lookAnew())
  })

  it('stands for the hour: grants end, and so do other things', async () => {
    now = '2026-11-22T12:59:59Z'
    expect((await look()).stood).toBe(true)
    now = '2026-11-22T13:00:00Z'
    expect((await look()).stood).toBe(false)
    now = '2026-11-22T12:30:00Z'
    expect((await look()).stood).toBe(false)
  })

  it('is not kept of a small estate, nor given where what was kept is damaged', async () => {
    const kept = join(desk.folder, '.git', 'plumbline', 'cache', 'verdict')
    const text = readFileSync(kept, 'utf8')
    writeFileSync(kept, text.replace('"documents":', '"documents":1'))
    expect((await look(1_000_000)).stood).toBe(false)
    rmSync(kept)
    expect((await look(1_000_000)).stood).toBe(false)
    expect(existsSync(kept)).toBe(false)
  })

  it('is what is found anew, whatever changes', async () => {
    const change = fc.record({
      file: fc.nat(),
      value: fc.nat(),
      to: fc.constantFrom(...others),
      how: fc.constantFrom('set', 'replace', 'drop', 'exchange'),
      next: fc.constantFrom('nothing', 'commit', 'look'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        desk.git('checkout', '--quiet', '--force', 'main')
        for (const { next, ...to } of changes) {
          changeSomething(to)
          if (next === 'commit') desk.git('commit', '--quiet', '--all', '--allow-empty', '--message', 'Something')
          if (next === 'look') await look()
        }
        const { stood: _, ...found } = await look()
        expect(found).toEqual(await lookAnew())
        desk.git('reset', '--quiet', '--hard')
      }),
      { numRuns: 40 },
    )
  }, 180_000)
})

interface Something {
  readonly file: number
  readonly value: number
  readonly to: Json
  readonly how: 'set' | 'replace' | 'drop' | 'exchange'
}

/** Another value somewhere in a file of the estate, one field less, or two values that change places. */
function changeSomething({ file, value, to, how }: Something): void {
  const path = files[file % files.length] ?? ''
  const documents = parseAllDocuments(desk.read(path))
  const scalars: Scalar[] = []
  const fields: { readonly replace: () => void; readonly drop: () => void }[] = []
  for (const document of documents)
    visit(document, {
      Scalar: (key, node) => void (key !== 'key' && scalars.push(node)),
      Pair: (_, pair, ancestors) => {
        const map = ancestors.at(-1)
        if (!isMap(map)) return
        const drop = () => void map.items.splice(map.items.indexOf(pair as never), 1)
        const replace = () => {
          pair.value = document.createNode(to)
        }
        fields.push({ drop, replace })
      },
    })
  const [one, other] = [scalars[value % scalars.length], scalars[(value + file) % scalars.length]]
  const field = fields[value % fields.length]
  if (how === 'drop') field?.drop()
  else if (how === 'replace') field?.replace()
  else if (one !== undefined && other !== undefined && how === 'exchange')
    [one.value, other.value] = [other.value, one.value]
  else if (one !== undefined) one.value = isCollection(to) ? null : to
  desk.write(path, documents.map(String).join(''))
}

const isCollection = (value: Json): boolean => typeof value === 'object' && value !== null
