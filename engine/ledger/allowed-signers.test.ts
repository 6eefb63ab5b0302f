import { expect, it } from 'vitest'
import { generateKeyPair } from '../adapters/signing/key-pair.ts'
import { maySign, parseAllowedSigners } from './allowed-signers.ts'

const { publicKey: key } = generateKeyPair()
const noon = Date.parse('2026-10-02T12:00:00Z')
const asked = { principal: 'engine', key, namespace: 'git', at: noon }

it.each([
  [`engine ${key}`, true],
  [`engine ${key} a comment`, true],
  [`  engine\t${key}`, true],
  [`a@b,engine ${key}`, true],
  [`"engine" ${key}`, true],
  [`eng* ${key}`, true],
  [`*,!engine ${key}`, false],
  [`other ${key}`, false],
  [`engine ${generateKeyPair().publicKey}`, false],
  [`engine namespaces="git" ${key}`, true],
  [`engine namespaces="file,g?t" ${key}`, true],
  [`engine namespaces="plumbline-approval" ${key}`, false],
  [`engine valid-after="20261002" ${key}`, true],
  [`engine valid-after="20261002120001Z" ${key}`, false],
  [`engine valid-before="202610021200" ${key}`, true],
  [`engine valid-before="20261002" ${key}`, false],
  [`engine namespaces="git",valid-after="20260101",valid-before="20270101Z" ${key}`, true],
  [`# engine ${key}`, false],
])('%s: %s', (line, allowed) => {
  const { signers, faults } = parseAllowedSigners(`\n${line}\n`)
  expect(faults).toEqual([])
  expect(maySign(signers, asked)).toBe(allowed)
})

it.each([
  'engine',
  'engine nonsense',
  `engine cert-authority ${key}`,
  `engine valid-after="soon" ${key}`,
  `engine valid-after="20261399" ${key}`,
  `engine command="x" ${key}`,
])('%s is named, and lets nobody in', (line) => {
  const { signers, faults } = parseAllowedSigners(`# one\n${line}\n`)
  expect(faults).toMatchObject([{ line: 2 }])
  expect(maySign(signers, asked)).toBe(false)
})

it('is answered at once, whatever the pattern', () => {
  const { signers } = parseAllowedSigners(`${'*a'.repeat(200)}b ${key}`)
  expect(maySign(signers, { ...asked, principal: 'a'.repeat(300) })).toBe(false)
})
