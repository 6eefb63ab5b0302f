import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sopsKey, sopsValue } from '../../../test/fixtures/sops-file.ts'
import type { Sealed } from '../../model/secret-ref.ts'
import type { Secrets } from '../../ports/secrets.ts'
import { sealAge } from './age.ts'
import { machineSecrets } from './machine-secrets.ts'

let folder: string
let identity: string
let recipient: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-machine-secrets-'))
  identity = await generateIdentity()
  recipient = await identityToRecipient(identity)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const here = (more: Record<string, string> = {}): Secrets => machineSecrets({ HOME: folder, ...more })
const age = (armoured: string): Sealed => ({ form: 'age', bytes: new TextEncoder().encode(armoured) })

async function ask(secrets: Secrets, reference: string, sealed?: Sealed): Promise<unknown> {
  return (await secrets.resolve([{ reference, ...(sealed !== undefined && { sealed }) }])).get(reference)
}

describe('secrets of the estate', () => {
  it('are sealed for recipients and opened with an identity, from wherever it comes', async () => {
    const sealed = await here().seal('päss\n', [recipient, await identityToRecipient(await generateIdentity())])
    if (!('armoured' in sealed)) throw new Error(sealed.problem)
    const file = join(folder, 'identity.txt')
    writeFileSync(file, `# a comment\n${identity}\n`, { mode: 0o600 })
    const environments = [
      { PLUMBLINE_AGE_IDENTITY_FILE: file },
      { SOPS_AGE_KEY_FILE: file },
      { SOPS_AGE_KEY: identity },
    ]
    for (const env of environments)
      expect(await ask(here(env), 'age/x', age(sealed.armoured))).toEqual({ value: 'päss' })
    chmodSync(file, 0o644)
    expect(await ask(here({ SOPS_AGE_KEY_FILE: file }), 'age/x', age(sealed.armoured))).toEqual({
      problem: `${file} can be read by others; run: chmod 600 ${file}`,
    })
  })

  it('say why they can not be had, and nothing of what they hold', async () => {
    const sealed = age(await sealAge('hunter2', [recipient]))
    const other = { SOPS_AGE_KEY: await generateIdentity() }
    expect(await ask(here(other), 'age/x', sealed)).toEqual({ problem: 'no identity in SOPS_AGE_KEY opens it' })
    expect(await ask(here(), 'age/x', sealed)).toMatchObject({ problem: expect.stringContaining('ENOENT') })
    const broken = age('-----BEGIN AGE ENCRYPTED FILE-----\nhunter2\n-----END AGE ENCRYPTED FILE-----\n')
    const answer = JSON.stringify(await ask(here({ SOPS_AGE_KEY: identity }), 'age/x', broken))
    expect(answer).toContain('problem')
    expect(answer).not.toContain('hunter2')
    expect(await here().seal('x', ['age1nothing'])).toEqual({ problem: 'one of the recipients is no age recipient' })
  })

  it('keep several lines as they are, and one line without its end', async () => {
    const secrets = here({ SOPS_AGE_KEY: identity })
    const values = { 'one\n': 'one', 'one\r\n': 'one', 'a\nb\n': 'a\nb\n', ' a ': ' a ' }
    for (const [value, kept] of Object.entries(values))
      expect(await ask(secrets, 'age/x', age(await sealAge(value, [recipient])))).toEqual({ value: kept })
    expect(await ask(secrets, 'age/x', age(await sealAge('\n', [recipient])))).toEqual({ problem: 'it is empty' })
  })

  it('come out of SOPS files, each bound to its place', async () => {
    const { key, enc } = await sopsKey(recipient)
    const dataKeys = [enc]
    const value = sopsValue(key, ['db', 'password'], 'from sops')
    const secrets = here({ SOPS_AGE_KEY: identity })
    const at = (path: readonly string[]): Sealed => ({ form: 'sops', value, path, dataKeys })
    expect(await ask(secrets, 'age/x.yaml#db.password', at(['db', 'password']))).toEqual({ value: 'from sops' })
    expect(await ask(secrets, 'age/x.yaml#db.user', at(['db', 'user']))).toHaveProperty('problem')
  })

  it('are made a key for, once', async () => {
    const secrets = here({ XDG_CONFIG_HOME: join(folder, 'config') })
    const made = await secrets.makeIdentity()
    if (!('path' in made)) throw new Error(made.problem)
    expect(statSync(made.path).mode & 0o777).toBe(0o600)
    expect(await secrets.recipients()).toEqual([made.recipient])
    expect(await secrets.makeIdentity()).toHaveProperty('problem')
    expect(readFileSync(made.path, 'utf8')).toContain('AGE-SECRET-KEY-')
  })
})

describe('secrets of the machine', () => {
  it('come from variables with our prefix only', async () => {
    const secrets = here({ PLUMBLINE_SECRET_TOKEN: 't', AWS_SECRET_ACCESS_KEY: 'k' })
    expect(await ask(secrets, 'env/TOKEN')).toEqual({ value: 't' })
    expect(await ask(secrets, 'env/AWS_SECRET_ACCESS_KEY')).toEqual({
      problem: 'the variable PLUMBLINE_SECRET_AWS_SECRET_ACCESS_KEY is not set',
    })
  })

  it('come from files in folders for secrets only, whatever links say', async () => {
    const own = join(folder, 'own')
    mkdirSync(own)
    writeFileSync(join(own, 'db'), 'v\n', { mode: 0o600 })
    writeFileSync(join(folder, 'outside'), 'o', { mode: 0o600 })
    symlinkSync(join(folder, 'outside'), join(own, 'link'))
    const secrets = here({ PLUMBLINE_SECRETS_PATH: own })
    expect(await ask(secrets, 'file/db')).toEqual({ value: 'v' })
    expect(await ask(secrets, `file/${own}/db`)).toEqual({ value: 'v' })
    for (const reference of ['file/link', `file/${folder}/outside`, 'file//etc/hostname', 'file/../outside'])
      expect(await ask(secrets, reference)).toHaveProperty('problem')
    chmodSync(join(own, 'db'), 0o640)
    expect(await ask(secrets, 'file/db')).toMatchObject({ problem: expect.stringContaining('chmod 600') })
  })
})

const hasAge = (() => {
  try {
    execFileSync('age', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

describe.skipIf(!hasAge)('the age program (skipped where it is not installed)', () => {
  it('opens what we seal, and the other way round', async () => {
    const file = join(folder, 'key')
    writeFileSync(file, `${identity}\n`, { mode: 0o600 })
    const ours = await sealAge('ours', [recipient])
    expect(execFileSync('age', ['-d', '-i', file], { input: ours }).toString()).toBe('ours')
    for (const armour of [['-a'], []]) {
      const bytes = execFileSync('age', ['-r', recipient, ...armour], { input: 'theirs' })
      const answer = await ask(here({ PLUMBLINE_AGE_IDENTITY_FILE: file }), 'age/x', { form: 'age', bytes })
      expect(answer).toEqual({ value: 'theirs' })
    }
  })
})
