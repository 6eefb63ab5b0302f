import { describe, expect, it } from 'vitest'
import { compileRule, evaluate } from './rule.ts'

const document = {
  kind: 'Host',
  metadata: { name: 'web-01', labels: { env: 'prod' } },
  spec: { port: 22, tags: ['a', 'b'], text: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' },
}

function answer(source: string, cost?: number) {
  const compiled = compileRule(source, ['document', 'reach'], { file: 'policies/p.yaml', line: 7 })
  if ('diagnostic' in compiled) return compiled.diagnostic
  const result = evaluate(compiled.rule, { document, reach: ['Service/shop'] }, cost)
  return 'value' in result ? result.value : result.diagnostic
}

describe('rules', () => {
  it.each([
    ['document.spec.port + 1 == 23', true],
    ['1 + document.spec.port > 22.5', true],
    ['document.spec.port % 2 == 0', true],
    ['document.spec.port / 4 == 5.5', true],
    ['has(document.metadata.owner)', false],
    ['has(document.metadata.labels.env) && document.metadata.labels.env == "prod"', true],
    ['!has(document.spec.missing) || document.spec.missing == 1', true],
    ['document.metadata.name.startsWith("web-")', true],
    ['document.metadata.name.replace("web", "db") == "db-01"', true],
    ['document.metadata.name.charAt(0) == "w"', true],
    ['document.metadata.name.matches("^web-[0-9]+$")', true],
    ['document.spec.text.matches("^(a+)+$")', false],
    ['document.spec.tags.all(t, t in ["a", "b", "c"])', true],
    ['document.spec.tags.exists(t, t == "b") ? true : false', true],
    ['document.spec.tags.map(t, t + "!").filter(t, t == "a!").size() == 1', true],
    ['cel.bind(x, document.spec.port, x > 20 && x < 30)', true],
    ['document.spec.port in [22, 2222]', true],
    ['reach.exists(r, r.startsWith("Service/"))', true],
    ['document.metadata.labels == {"env": "prod"}', true],
    ['document.spec.port == (1 + 1) * 11 && -document.spec.port < 0', true],
    ['"it\\"s" + \'\\n\' != "x"', true],
    ['timestamp("2026-01-01T23:30:00Z").getHours() == 23', true],
  ])('%s', (source, expected) => {
    expect(answer(source)).toBe(expected)
  })

  it('points at a mistake with a caret', () => {
    expect(answer('document.kind == ')).toMatchObject({ code: 'policy-invalid', file: 'policies/p.yaml', line: 7 })
    expect(answer('documents.kind == "Host"')).toMatchObject({
      code: 'policy-invalid',
      summary: expect.stringContaining('documents'),
      detail: expect.stringContaining('^'),
    })
  })

  it.each(['size(document.spec.tags)', '"text"', 'document.metadata.name'])('%s is no answer', (source) => {
    expect(answer(source)).toMatchObject({ code: 'policy-invalid' })
  })

  it('never takes a failure for true or false', () => {
    expect(answer('document.spec.missing == 1')).toMatchObject({ code: 'policy-invalid', detail: expect.any(String) })
    expect(answer('document.spec.tags + 1 == 3')).toMatchObject({ code: 'policy-invalid' })
  })

  it.each([
    '[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, a+b+c+d+e > 0)))))',
    `${Array.from({ length: 24 }, (_, i) => `cel.bind(x${i + 1}, x${i} + x${i}, `)
      .join('')
      .replace('x0 + x0', '"xxxxxxxx"')}true${')'.repeat(24)}`,
    `[1].map(x, ${Array.from({ length: 9 }, () => '[1,2,3,4,5,6,7,8,9]').join('.map(x, ')}.size()${')'.repeat(9)}.size() > 0`,
    '"aaaaaaaaaaaaaaaa".replace("a", "aaaaaaaaaaaaaaaa").replace("a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").replace("a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").replace("a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") == ""',
  ])('refuses what explodes: %#', (source) => {
    expect(answer(source)).toMatchObject({ code: 'policy-cost' })
  })

  it('has no way to the engine', () => {
    expect(answer('document.spec.__proto__ == 1')).toMatchObject({ code: 'policy-invalid' })
    expect(answer('document.metadata.constructor == 1')).toMatchObject({ code: 'policy-invalid' })
    expect(answer('document.metadata.name.matches("(?=a)")')).toMatchObject({ code: 'policy-invalid' })
    expect(answer('plumbline_meter__(true)')).toMatchObject({ code: 'policy-invalid' })
  })

  it('counts what patterns over long texts cost', () => {
    const compiled = compileRule('[1,2,3,4,5,6,7,8].exists(i, text.matches("(a|aa|aaa|aaaa)+b"))', ['text'])
    if ('diagnostic' in compiled) throw new Error('no rule')
    expect(evaluate(compiled.rule, { text: 'a'.repeat(100) })).toEqual({ value: false })
    expect(evaluate(compiled.rule, { text: 'a'.repeat(60_000) })).toMatchObject({ diagnostic: { code: 'policy-cost' } })
  })

  it('costs every evaluation anew', () => {
    const compiled = compileRule('[1,2,3].all(x, x > 0)', [])
    if ('diagnostic' in compiled) throw new Error('no rule')
    for (let i = 0; i < 50; i++) expect(evaluate(compiled.rule, {}, 20)).toEqual({ value: true })
  })
})
