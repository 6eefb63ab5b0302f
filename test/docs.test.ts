import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import type { Command } from 'commander'
import picocolors from 'picocolors'
import { describe, expect, it } from 'vitest'
import { checkDocuments } from '../engine/checks/check-documents.ts'
import { buildProgram, commands } from '../engine/cli/program.ts'
import { kinds } from '../engine/generated/kinds.ts'
import { resourceTypes } from '../engine/generated/registry.ts'
import { validators } from '../engine/generated/validators.js'
import { buildGraph } from '../engine/graph/build-graph.ts'
import { loadDocuments } from '../engine/load/load-documents.ts'

const root = join(import.meta.dirname, '..')
const pages = ['.', 'docs', 'docs/guides', 'docs/decisions', 'docs/reference'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => normalize(join(folder, name))),
)
const text = (page: string): string => readFileSync(join(root, page), 'utf8')

interface Block {
  readonly page: string
  readonly line: number
  readonly language: string
  readonly body: string
}

/** Fenced blocks of a page. */
function blocks(page: string): Block[] {
  const found: Block[] = []
  let open: { line: number; language: string; body: string[] } | undefined
  for (const [i, line] of text(page).split('\n').entries()) {
    const fence = /^```(\w*)\s*$/.exec(line)
    if (fence === null) open?.body.push(line)
    else if (open === undefined) open = { line: i + 1, language: fence[1] ?? '', body: [] }
    else {
      found.push({ page, line: open.line, language: open.language, body: open.body.join('\n') })
      open = undefined
    }
  }
  return found
}

const prose = (page: string): string => text(page).replace(/^```[\s\S]*?^```/gm, '')

/** Names of headings, as they are linked to. */
const anchors = (page: string): string[] =>
  [...prose(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  )

describe('links', () => {
  it.each(pages)('of %s lead somewhere', (page) => {
    const broken = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path = '', anchor] = target.split('#')
        const file = path === '' ? page : relative(root, join(root, dirname(page), path))
        return !existsSync(join(root, file)) || (anchor !== undefined && !anchors(file).includes(anchor))
      })
    expect(broken).toEqual([])
  })

  it('reach every guide from the index', () => {
    const index = text('docs/README.md')
    const guides = pages.filter((page) => page.startsWith('docs/guides/'))
    expect(guides.filter((page) => !index.includes(page.slice('docs/'.length)))).toEqual([])
  })
})

/** Command lines that begin with plumbline, without what is piped or follows. */
const commandLines = pages.flatMap((page) =>
  blocks(page)
    .filter((block) => block.language === 'sh')
    .flatMap(({ body, line }) =>
      body.split('\n').flatMap((row, i) =>
        row
          .replace(/\s#\s.*$/, '')
          .split(/&&|\||;/)
          .map((part) => part.trim())
          .filter((part) => /^plumbline\s/.test(part))
          .map((part) => ({ at: `${page}:${line + i + 1}`, words: words(part) })),
      ),
    ),
)

/** Words of a line, with what is in quotes as one. */
function words(line: string): string[] {
  return [...line.matchAll(/"[^"]*"|\S+/g)].map(([word]) => word).slice(1)
}

const program = await buildProgram(
  {
    version: '0',
    terminal: {
      out: () => undefined,
      err: () => undefined,
      cwd: '/',
      env: {},
      interactive: false,
      width: 100,
      colors: picocolors.createColors(false),
    },
    open: async () => Promise.reject(new Error('not here')),
    run: async () => undefined,
    runProgram: async () => 0,
  },
  Object.keys(commands),
)

/** What is wrong with a command line; undefined where nothing is. */
function mistake(line: readonly string[]): string | undefined {
  const [name = '', ...rest] = line
  if (name.startsWith('-')) return undefined
  let command: Command | undefined = program.commands.find((c) => c.name() === name)
  if (command === undefined) return name === 'completion' ? undefined : `there is no command ${name}`
  const sub = command.commands.find((c) => c.name() === rest[0])
  // One with options of its own does something by itself, too.
  const alone = command.options.length > 0 && (command.registeredArguments.length > 0 || !/^[a-z]/.test(rest[0] ?? ''))
  if (command.commands.length > 0 && sub === undefined && !alone) return `there is no command ${name} ${rest[0] ?? ''}`
  command = sub?.commands.find((c) => c.name() === rest[1]) ?? sub ?? command
  const known = [...command.options, ...program.options].flatMap((o) => [o.long, o.short])
  const unknown = rest.filter((word) => /^--?[a-z]/i.test(word) && !known.includes(word.split('=')[0]))
  return unknown.length === 0 ? undefined : `${command.name()} has no ${unknown.join(', ')}`
}

describe('command lines', () => {
  it('are there', () => expect(commandLines.length).toBeGreaterThan(40))
  it.each(commandLines)('$at', ({ words: line }) => expect(mistake(line)).toBeUndefined())
})

it('the README holds the two commands, each on a line of its own', () => {
  const lines = text('README.md').split('\n')
  expect(lines.filter((line) => /^npm ci && /.test(line))).toEqual(['npm ci && npm run demo', 'npm ci && npm test'])
})

const documents = pages
  .flatMap(blocks)
  .filter((block) => block.language === 'yaml' && block.page !== 'docs/reference/kinds.md')
  .filter((block) => block.body.includes('apiVersion: plumbline/v1'))

describe('documents', () => {
  it('are there', () => expect(documents.length).toBeGreaterThan(8))
  it.each(documents)('of $page:$line are valid', ({ page, body }) => {
    const source = { path: `${page}.yaml`, mode: '100644', bytes: new TextEncoder().encode(body) }
    const loaded = loadDocuments([source], { kinds })
    const { graph } = buildGraph(loaded.documents, kinds, loaded.locate)
    const found = checkDocuments({
      graph,
      kinds,
      validators,
      locate: loaded.locate,
      now: new Date('2026-11-22T12:00:00Z'),
      types: resourceTypes,
    })
    expect([...loaded.diagnostics, ...found].map((d) => `${d.code}: ${d.summary}`)).toEqual([])
    expect(loaded.documents.length).toBeGreaterThan(0)
  })
})
