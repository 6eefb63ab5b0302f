import picocolors from 'picocolors'
import { describe, expect, it } from 'vitest'
import { groupedProgress, harmless, harmlessTerminal } from './workflow-lines.ts'

/** As the runner does: it ends lines at CR, LF or both, and trims what .NET takes for space. */
const commandsIn = (text: string): readonly string[] =>
  text.split(/\r\n|\r|\n/).filter((line) => /^[\s\u0085\u180e\u200b\ufeff]*::/.test(line) || line.includes('##['))

describe('harmless', () => {
  it.each([
    '::set-output name=a::b',
    'a\n::add-mask::x',
    'a\r::stop-commands::x',
    'a\r\n \t::error::x',
    '\u0085::error::x',
    '\ufeff\u00a0::error::x',
    'the host said ##[error]x',
    '::::',
    '::\n::\n\n::',
    '###[a]##[b]',
  ])('leaves no command in %j', (text) => {
    expect(commandsIn(text)).not.toEqual([])
    expect(commandsIn(harmless(text))).toEqual([])
  })

  it('leaves everything else as it is', () => {
    const text = 'fe80::1 is up\n  std::string\n# [x]\n'
    expect(harmless(text)).toBe(text)
  })
})

function terminalInto(lines: string[]) {
  const write = (text: string): void => void lines.push(text)
  const colors = picocolors.createColors(false)
  return { out: write, err: write, cwd: '/', env: {}, interactive: false, width: 80, colors }
}

it('keeps JSON what it is', () => {
  const lines: string[] = []
  harmlessTerminal(terminalInto(lines), true).out(JSON.stringify({ detail: 'a ##[error]b ::c' }))
  expect(commandsIn(lines.join(''))).toEqual([])
  expect(JSON.parse(lines.join(''))).toEqual({ detail: 'a ##[error]b ::c' })
})

it('puts each wave into a group, and nothing of a host becomes a command', () => {
  const lines: string[] = []
  const { emit, end } = groupedProgress(terminalInto(lines))
  const wave = { type: 'wave', environment: 'prod', hosts: ['web-01'], of: 2 } as const
  emit({ ...wave, name: 'canary\n::error::x', number: 1 })
  emit({ type: 'action-started', host: 'web-01', action: 'a', summary: 'x\n::add-mask::y' })
  emit({ type: 'action-finished', host: 'web-01', action: 'a', outcome: 'failed', detail: '\r::error::z' })
  emit({ ...wave, name: 'rest', number: 2 })
  end()
  end()
  const commands = commandsIn(lines.join(''))
  expect(commands).toEqual([
    '::group::prod 1/2: canary%0A::error::x',
    '::endgroup::',
    '::group::prod 2/2: rest',
    '::endgroup::',
  ])
})
