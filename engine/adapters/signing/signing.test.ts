import { execFileSync, spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalSshKey, parseSshPublicKey, sshFingerprint } from '../../model/ssh-key.ts'
import { RepositoryError } from '../../ports/repository.ts'
import { agentKeys, agentSigner } from './agent.ts'
import { engineKeyPath, loadOrCreateEngineKey } from './engine-key.ts'
import { generateKeyPair } from './key-pair.ts'
import { fileSigner, memorySigner } from './signer.ts'
import { armour, signedBytes, verifySshSignature } from './ssh-signature.ts'
import { wireMpint, wireString } from './wire.ts'

const hasKeygen = spawnSync('ssh-keygen', ['-?']).error === undefined
const hasAgent = spawnSync('ssh-agent', ['-h']).error === undefined
const data = Buffer.from('one line\nand bytes \x00\xff')
const sha256 = (d: string | Uint8Array) => createHash('sha256').update(d).digest('hex')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-signing-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const keygen = (...args: string[]) => execFileSync('ssh-keygen', args, { stdio: ['ignore', 'pipe', 'pipe'] }).toString()
function makeKey(name: string, ...args: string[]): string {
  const path = join(folder, name)
  keygen('-q', '-N', '', '-C', `${name} comment`, '-f', path, ...args)
  return path
}

const types: readonly (readonly [string, readonly string[]])[] = [
  ['ed25519', ['-t', 'ed25519']],
  ['ecdsa256', ['-t', 'ecdsa', '-b', '256']],
  ['ecdsa384', ['-t', 'ecdsa', '-b', '384']],
  ['ecdsa521', ['-t', 'ecdsa', '-b', '521']],
  ['rsa', ['-t', 'rsa', '-b', '2048']],
]

describe.skipIf(!hasKeygen)('against ssh-keygen (skipped where it is not installed)', () => {
  it.each(types)('%s: each accepts what the other signs', async (name, args) => {
    const path = makeKey(name, ...args)
    const message = join(folder, `${name}.message`)
    writeFileSync(message, data)
    keygen('-Y', 'sign', '-q', '-n', 'git', '-f', path, message)
    const theirs = verifySshSignature(readFileSync(`${message}.sig`, 'utf8'), data, 'git')
    expect(theirs).toEqual({ ok: true, publicKey: canonicalSshKey(readFileSync(`${path}.pub`, 'utf8')) })

    const signer = await fileSigner(path)
    expect(signer.publicKey).toBe(canonicalSshKey(readFileSync(`${path}.pub`, 'utf8')))
    const signers = join(folder, `${name}.signers`)
    writeFileSync(signers, `me ${signer.publicKey}\n`)
    // Many, so that numbers with leading zeros occur among those of ECDSA.
    for (let i = 0; i < 20; i += 1) {
      const ours = await signer.sign(data, 'plumbline-approval')
      expect(verifySshSignature(ours, data, 'plumbline-approval')).toEqual({ ok: true, publicKey: signer.publicKey })
      if (i > 3) continue
      writeFileSync(`${message}.ours`, ours)
      const check = ['-Y', 'verify', '-f', signers, '-I', 'me', '-n', 'plumbline-approval', '-s', `${message}.ours`]
      expect(execFileSync('ssh-keygen', check, { input: data }).toString()).toContain('Good "plumbline-approval"')
    }
  })

  it('reads PEM and PKCS#8 files, and encrypted ones with their passphrase only', async () => {
    const pem = makeKey('pem', '-t', 'rsa', '-b', '2048', '-m', 'PEM')
    const pkcs8 = makeKey('pkcs8', '-t', 'ecdsa', '-m', 'PKCS8')
    for (const path of [pem, pkcs8]) expect((await fileSigner(path)).publicKey).toMatch(/^(ssh-rsa|ecdsa)/)
    const secret = makeKey('secret', '-t', 'ed25519')
    keygen('-q', '-p', '-P', '', '-N', 'open sesame', '-f', secret)
    expect((await fileSigner(secret, 'open sesame')).publicKey).toMatch(/^ssh-ed25519 /)
    await expect(fileSigner(secret)).rejects.toMatchObject({ code: 'signing-key-encrypted' })
    await expect(fileSigner(secret, 'guess')).rejects.toMatchObject({ code: 'signing-key-encrypted' })
  })

  it('writes private keys that ssh-keygen reads', () => {
    const pair = generateKeyPair('plumbline engine')
    const path = join(folder, 'generated')
    writeFileSync(path, pair.privateKey, { mode: 0o600 })
    expect(keygen('-y', '-f', path).trim()).toBe(`${pair.publicKey} plumbline engine`)
    expect(keygen('-l', '-f', path)).toContain(sshFingerprint(sha256, pair.publicKey))
  })

  it('writes private keys that the SSH client reads, whatever their bytes', () => {
    const unread = Array.from({ length: 400 }, () => ssh2.utils.parseKey(generateKeyPair().privateKey))
    expect(unread.filter((key) => key instanceof Error)).toEqual([])
  })

  it('accepts a hardware key that was touched, and no other', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const type = wireString('sk-ssh-ed25519@openssh.com')
    const point = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
    const blob = Buffer.concat([type, wireString(point), wireString('ssh:')])
    const signedWith = (flags: number) => {
      const state = Buffer.from([flags, 0, 0, 0, 7])
      const hash = (d: Buffer | string) => createHash('sha256').update(d).digest()
      const raw = sign(null, Buffer.concat([hash('ssh:'), state, hash(signedBytes(data, 'git', 'sha512'))]), privateKey)
      return armour(blob, Buffer.concat([type, wireString(raw), state]), 'git', 'sha512')
    }
    const key = `sk-ssh-ed25519@openssh.com ${blob.toString('base64')}`
    expect(verifySshSignature(signedWith(1), data, 'git')).toEqual({ ok: true, publicKey: key })
    expect(verifySshSignature(signedWith(0), data, 'git')).toMatchObject({ ok: false, because: /not touched/ })
    const [signers, signature] = [join(folder, 'sk.signers'), join(folder, 'sk.sig')]
    writeFileSync(signers, `me ${key}\n`)
    writeFileSync(signature, signedWith(1))
    const check = ['-Y', 'verify', '-f', signers, '-I', 'me', '-n', 'git', '-s', signature]
    expect(execFileSync('ssh-keygen', check, { input: data }).toString()).toContain('Good "git"')
  })
})

describe.skipIf(!hasAgent || !hasKeygen)('through ssh-agent (skipped where it is not installed)', () => {
  it.each(types)('%s signs', async (name, args) => {
    const path = makeKey(`agent-${name}`, ...args)
    const socket = join(folder, `agent-${name}.sock`)
    const agent = /SSH_AGENT_PID=(\d+)/.exec(execFileSync('ssh-agent', ['-a', socket]).toString())?.[1]
    try {
      const publicKey = canonicalSshKey(readFileSync(`${path}.pub`, 'utf8')) ?? ''
      await expect(agentSigner(publicKey, socket)).rejects.toMatchObject({ code: 'agent-key-missing' })
      execFileSync('ssh-add', ['-q', path], { env: { ...process.env, SSH_AUTH_SOCK: socket } })
      expect(await agentKeys(socket)).toEqual([publicKey])
      const signer = await agentSigner(publicKey, socket)
      expect(verifySshSignature(await signer.sign(data, 'git'), data, 'git')).toEqual({ ok: true, publicKey })
    } finally {
      process.kill(Number(agent))
    }
    await expect(agentKeys(socket)).rejects.toMatchObject({ code: 'agent-unavailable' })
  })

  it('says what to do without an agent', async () => {
    await expect(agentKeys('')).rejects.toMatchObject({ code: 'agent-unavailable' })
  })
})

describe('signatures', () => {
  const signer = memorySigner(generateKeyPair())

  it('fail for other data, another namespace, a flipped bit', async () => {
    const good = await signer.sign(data, 'git')
    expect(verifySshSignature(good, data, 'git').ok).toBe(true)
    expect(verifySshSignature(good, Buffer.from('other'), 'git')).toMatchObject({ ok: false })
    expect(verifySshSignature(good, data, 'plumbline-approval')).toMatchObject({
      ok: false,
      because: /namespace "git"/,
    })
    const lines = good.trim().split('\n')
    const blob = Buffer.from(lines.slice(1, -1).join(''), 'base64')
    for (let bit = 0; bit < blob.length * 8; bit += 1) {
      const flipped = Buffer.from(blob)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const text = [lines[0], flipped.toString('base64'), lines.at(-1)].join('\n')
      const check = verifySshSignature(text, data, 'git')
      // A flipped bit in the key itself would be another key, and then the signature fails.
      expect(check.ok, `bit ${bit}`).toBe(false)
    }
  })

  it.each([
    '',
    'nonsense',
    '-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----',
    '-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----',
    '-----BEGIN SSH SIGNATURE-----\n!!!!\n-----END SSH SIGNATURE-----',
    `-----BEGIN SSH SIGNATURE-----\n${'A'.repeat(20_000)}\n-----END SSH SIGNATURE-----`,
    '-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----',
  ])('are refused, not thrown, where they are none: %j', (text) => {
    expect(verifySshSignature(text, data, 'git')).toMatchObject({ ok: false })
  })

  it('never count with SHA-1 or a short RSA key', () => {
    const rsaSigned = (bits: number, algorithm: string, hash: string) => {
      const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
      const jwk = publicKey.export({ format: 'jwk' })
      const [e, n] = [jwk.e, jwk.n].map((v) => wireMpint(Buffer.from(v ?? '', 'base64url')))
      const blob = Buffer.concat([wireString('ssh-rsa'), e ?? Buffer.alloc(0), n ?? Buffer.alloc(0)])
      const raw = sign(hash, signedBytes(data, 'git', 'sha512'), privateKey)
      return armour(blob, Buffer.concat([wireString(algorithm), wireString(raw)]), 'git', 'sha512')
    }
    expect(verifySshSignature(rsaSigned(2048, 'rsa-sha2-256', 'sha256'), data, 'git')).toMatchObject({ ok: true })
    expect(verifySshSignature(rsaSigned(2048, 'ssh-rsa', 'sha1'), data, 'git')).toMatchObject({ because: /rsa-sha2/ })
    expect(verifySshSignature(rsaSigned(1024, 'rsa-sha2-512', 'sha512'), data, 'git')).toMatchObject({
      because: /2048/,
    })
  })
})

describe('public keys', () => {
  const { publicKey } = generateKeyPair()

  it('have one spelling, whatever comment or space stands around', () => {
    expect(canonicalSshKey(`  ${publicKey.replace(' ', '\t ')} n.ito@example, laptop \n`)).toBe(publicKey)
    expect(parseSshPublicKey(`${publicKey} n.ito laptop`)?.comment).toBe('n.ito laptop')
  })

  it.each([
    '',
    'ssh-ed25519',
    publicKey.replace('ssh-ed25519', 'ssh-rsa'),
    publicKey.replace('ssh-ed25519', 'ssh-dss'),
    `command="x" ${publicKey}`,
    `${publicKey}\n${publicKey}`,
    `${publicKey}=`,
    'ssh-ed25519 ////',
  ])('are refused where they are none: %s', (text) => {
    expect(parseSshPublicKey(text)).toBeUndefined()
    expect(sshFingerprint(sha256, text)).toBeUndefined()
  })
})

describe('the key of the engine', () => {
  it('is made once, private, in the configuration folder', async () => {
    const env = { XDG_CONFIG_HOME: join(folder, 'config'), HOME: folder }
    const keys = await Promise.all([1, 2, 3, 4].map(() => loadOrCreateEngineKey(env)))
    expect(new Set(keys.map((k) => k.signer.publicKey)).size).toBe(1)
    expect(keys.filter((k) => k.created)).toHaveLength(1)
    const path = engineKeyPath(env)
    expect(path).toBe(join(folder, 'config/plumbline/engine_ed25519'))
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(await loadOrCreateEngineKey(env)).toMatchObject({ path, created: false })
    chmodSync(path, 0o644)
    await expect(loadOrCreateEngineKey(env)).rejects.toMatchObject({ code: 'signing-key-exposed', hint: /chmod 600/ })
  })

  it('lies below HOME where XDG_CONFIG_HOME is not absolute', () => {
    expect(engineKeyPath({ XDG_CONFIG_HOME: 'here', HOME: '/home/a' })).toBe('/home/a/.config/plumbline/engine_ed25519')
  })

  it('comes from PLUMBLINE_ENGINE_KEY, as a path or as text, and is not made there', async () => {
    const pair = generateKeyPair()
    const path = join(folder, 'named')
    const missing = { PLUMBLINE_ENGINE_KEY: path, HOME: folder }
    await expect(loadOrCreateEngineKey(missing)).rejects.toBeInstanceOf(RepositoryError)
    expect(existsSync(path)).toBe(false)
    writeFileSync(path, pair.privateKey, { mode: 0o600 })
    expect((await loadOrCreateEngineKey(missing)).signer.publicKey).toBe(pair.publicKey)
    const inline = await loadOrCreateEngineKey({ PLUMBLINE_ENGINE_KEY: pair.privateKey })
    expect(inline.signer.publicKey).toBe(pair.publicKey)
  })

  it('never stands in a message', async () => {
    const pair = generateKeyPair()
    const broken = pair.privateKey.replace(/\n.{30}/, '\nAAAA')
    const error = await loadOrCreateEngineKey({ PLUMBLINE_ENGINE_KEY: broken }).catch((e: Error) => e)
    expect(error).toBeInstanceOf(RepositoryError)
    expect(String(error)).not.toContain(pair.privateKey.split('\n')[2])
  })
})
