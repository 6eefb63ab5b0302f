import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generateKeyPair } from '../adapters/signing/key-pair.ts'
import { memorySigner } from '../adapters/signing/signer.ts'
import { verifySshSignature } from '../adapters/signing/ssh-signature.ts'
import { canonicalJson } from './canonical.ts'
import { makeStatement, openEnvelope, pae, signStatement, verifyEnvelope } from './dsse.ts'
import type { ApprovalPredicate, Envelope } from './record.ts'
import { sshFingerprint } from './ssh-key.ts'

const sha256 = (d: string | Uint8Array) => createHash('sha256').update(d).digest('hex')
const fingerprint = (key: string) => sshFingerprint(sha256, key)
const signer = memorySigner(generateKeyPair())
const hex = (digit: string, length = 40) => digit.repeat(length)
const predicate: ApprovalPredicate = {
  subject: {
    repository: '0b0e7f0e-7f0e-4b0e-8f0e-7f0e7f0e7f0e',
    ref: 'refs/heads/main',
    base: hex('a'),
    head: hex('b'),
    tree: hex('c'),
    content: `sha256:${hex('1', 64)}`,
    plan: `sha256:${hex('2', 64)}`,
    policies: `sha256:${hex('3', 64)}`,
  },
  approver: 'Person/n.ito',
  decision: 'approve',
  at: '2026-10-02T12:00:00Z',
  comment: 'looks right; größer',
}
const base64 = (text: string) => Buffer.from(text).toString('base64')
const sealed = (payload: string): Envelope => ({
  payloadType: 'application/vnd.in-toto+json',
  payload: base64(payload),
  signatures: [{ keyid: '', sig: base64('x') }],
})

it('encodes as the DSSE protocol says', () => {
  const encoded = pae('http://example.com/HelloWorld', new TextEncoder().encode('hello world'))
  expect(Buffer.from(encoded).toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
})

it('signs, opens and verifies; says who signed and what', async () => {
  const envelope = await signStatement('approval', predicate, signer, fingerprint)
  expect(verifyEnvelope('approval', envelope, verifySshSignature, fingerprint)).toEqual({
    ok: true,
    publicKey: signer.publicKey,
    predicate,
  })
  expect(openEnvelope('approval', JSON.parse(JSON.stringify(envelope)))).toMatchObject({
    ok: true,
    predicate,
    keyid: fingerprint(signer.publicKey),
  })
})

describe('does not verify', () => {
  const verify = (envelope: unknown) => verifyEnvelope('approval', envelope, verifySshSignature, fingerprint)

  it('with another payload, another key id, a second signature, another namespace', async () => {
    const envelope = await signStatement('approval', predicate, signer, fingerprint)
    const other = await signStatement('approval', { ...predicate, decision: 'reject' }, signer, fingerprint)
    expect(verify({ ...envelope, payload: other.payload })).toMatchObject({ because: /does not match/ })
    const [signature] = envelope.signatures
    expect(verify({ ...envelope, signatures: [{ ...signature, keyid: 'SHA256:x' }] })).toMatchObject({
      because: /keyid/,
    })
    expect(verify({ ...envelope, signatures: [signature, signature] })).toMatchObject({ because: /exactly one/ })
    expect(verify({ ...envelope, signatures: [] })).toMatchObject({ because: /exactly one/ })
    const bytes = Buffer.from(envelope.payload, 'base64')
    const asCommit = await signer.sign(pae(envelope.payloadType, bytes), 'git')
    expect(verify({ ...envelope, signatures: [{ ...signature, sig: base64(asCommit) }] })).toMatchObject({
      because: /namespace/,
    })
  })

  const statement = makeStatement('approval', predicate)
  it.each([
    ['not an object', null],
    ['another type', { ...sealed('{}'), payloadType: 'text/plain' }],
    ['broken base64', { ...sealed('{}'), payload: '{}' }],
    ['not JSON', sealed('{')],
    ['another statement', sealed('{}')],
    ['white space', sealed(JSON.stringify(statement, undefined, 1))],
    ['a field beside', sealed(canonicalJson({ ...statement, more: 1 }))],
    ['a field in the predicate', sealed(canonicalJson({ ...statement, predicate: { ...predicate, more: 1 } }))],
    [
      'a field in the subject',
      sealed(
        canonicalJson(makeStatement('approval', { ...predicate, subject: { ...predicate.subject, more: 1 } as never })),
      ),
    ],
    [
      'a short digest',
      sealed(
        canonicalJson(makeStatement('approval', { ...predicate, subject: { ...predicate.subject, plan: 'sha256:1' } })),
      ),
    ],
    ['no person', sealed(canonicalJson(makeStatement('approval', { ...predicate, approver: 'Team/platform' })))],
    ['a local time', sealed(canonicalJson(makeStatement('approval', { ...predicate, at: '2026-10-02T12:00:00' })))],
    [
      'another decision',
      sealed(canonicalJson(makeStatement('approval', { ...predicate, decision: 'maybe' as never }))),
    ],
    ['subjects of another plan', sealed(canonicalJson({ ...statement, subject: [] }))],
    ['a key twice', sealed(canonicalJson(statement).replace('"_type"', '"_type":"x","_type"'))],
    ['a byte order mark', sealed(`\ufeff${canonicalJson(statement)}`)],
  ])('with %s', (_, envelope) => {
    expect(openEnvelope('approval', envelope).ok).toBe(false)
    expect(verify(envelope).ok).toBe(false)
  })
})

const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined
it.skipIf(!hasKeygen)(
  'can be checked with a shell and ssh-keygen alone (skipped where it is not installed)',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plumbline-dsse-'))
    const envelope = await signStatement('approval', predicate, signer, fingerprint)
    writeFileSync(join(folder, 'payload.b64'), envelope.payload)
    writeFileSync(join(folder, 'sig.b64'), envelope.signatures[0]?.sig ?? '')
    writeFileSync(join(folder, 'signers'), `Person/n.ito ${signer.publicKey}\n`)
    // As docs/ledger.md shows it.
    const script = `
    base64 -d payload.b64 > payload; base64 -d sig.b64 > sig
    { printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c < payload)"; cat payload; } |
      ssh-keygen -Y verify -f signers -I Person/n.ito -n plumbline-approval -s sig`
    const said = execFileSync('sh', ['-ec', script], { cwd: folder }).toString()
    expect(said).toContain('Good "plumbline-approval" signature for Person/n.ito')
    rmSync(folder, { recursive: true })
  },
)
