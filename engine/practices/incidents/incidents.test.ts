import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe } from 'vitest'
import { type PracticeCase, practiceCases } from '../../../test/practice-cases.ts'
import { checkOnCall } from './check.ts'
import { codes } from './codes.ts'

const cases = load(readFileSync(new URL('cases/findings.yaml', import.meta.url), 'utf8')) as PracticeCase[]

describe('incidents', () => {
  practiceCases(cases, codes, checkOnCall)
})
