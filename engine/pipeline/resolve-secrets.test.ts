import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { canaries, leaksIn } from '../../test/fixtures/canaries.ts'
import { thing, thingTypes } from '../../test/fixtures/thing-type.ts'
import type { PipelineEvent } from '../model/event.ts'
import { secretToken } from '../model/secret-ref.ts'
import { RepositoryError } from '../ports/repository.ts'
import type { SecretQuestion } from '../ports/secrets.ts'
import { inConfidence, type ResolvedSecrets, resolveSecrets } from './resolve-secrets.ts'
import type { World } from './world.ts'

const told: PipelineEvent[] = []
const journal: unknown[] = []
const asked: SecretQuestion[] = []

/** Knows the canaries by their number. */
const world = {
  sha256: (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex'),
  types: thingTypes,
  emit: (event: PipelineEvent) => void told.push(event),
  journal: async () => ({ append: async (_: string, entry: unknown) => void journal.push(entry) }),
  secrets: async () => ({
    resolve: async (questions: readonly SecretQuestion[]) => {
      asked.push(...questions)
      return new Map(
        questions.map(({ reference }) => {
          const value = canaries[Number(reference.slice('env/C'.length))]
          return [reference, value === undefined ? { problem: 'it is not there' } : { value }]
        }),
      )
    },
  }),
} as unknown as World

const token = (n: number): string => secretToken({ reference: `env/C${n}`, version: '' })
const need = (n: number) => ({ host: 'a', resource: thing('first:x', { value: `pw=${token(n)}`, sha256: 'x' }) })

async function resolved(): Promise<ResolvedSecrets> {
  const found = await resolveSecrets(
    world,
    canaries.map((_, n) => need(n)),
    () => undefined,
  )
  if ('refused' in found) throw new Error('refused')
  return found
}

describe('resolveSecrets', () => {
  it('puts values in the place of tokens, and asks for each once', async () => {
    const secrets = await resolved()
    expect(asked).toHaveLength(50)
    expect(secrets.fill(need(7).resource).spec['value']).toBe(`pw=${canaries[7]}`)
    const plain = thing('first:y')
    expect(secrets.fill(plain)).toBe(plain)
  })

  it('refuses everything where one can not be had', async () => {
    const found = await resolveSecrets(world, [need(1), { ...need(50), host: 'b' }, need(50)], () => undefined)
    expect(found).toMatchObject({
      refused: [{ code: 'secret-unresolved', summary: "the secret env/C50 can't be had here: it is not there" }],
    })
    expect(JSON.stringify(found)).toContain('Needed on a, b.')
    expect(leaksIn(JSON.stringify(found))).toEqual([])
  })
})

describe('inConfidence', () => {
  it('cleans events, the journal and what is thrown', async () => {
    const secrets = await resolved()
    const text = canaries.join(' and ')
    const errors = [new Error(text, { cause: new TypeError(text) }), new RepositoryError('x', text, 'hint'), text]
    for (const error of errors) {
      const failed = inConfidence(world, secrets, async (quiet) => {
        quiet.emit({ type: 'stopped', reason: text })
        const result = { id: 'act-1', outcome: 'failed' as const, detail: Buffer.from(text).toString('base64') }
        await (await quiet.journal()).append('CHG-2026-00001', { type: 'finished', result })
        throw error
      })
      const caught: unknown = await failed.catch((thrown: unknown) => thrown)
      if (error instanceof Error) expect(caught).toBe(error)
      const said = caught instanceof Error ? `${caught.stack}${caught.message}${String(caught.cause)}` : String(caught)
      expect(leaksIn(said)).toEqual([])
    }
    expect(told).toHaveLength(errors.length)
    expect(leaksIn(JSON.stringify([told, journal]))).toEqual([])
  })
})
