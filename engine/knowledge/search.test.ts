import { describe, expect, it } from 'vitest'
import { type Searchable, searchTexts } from './search.ts'

const texts: readonly Searchable[] = [
  { address: 'Runbook/restart', title: 'Restart the checkout', words: ['shop'], text: 'Orders hang.\nStart it anew.' },
  {
    address: 'Article/pay',
    title: 'How an order is paid',
    words: ['payment', 'card'],
    text: 'Money is moved at night.',
  },
  { address: 'Runbook/disk', title: 'Free a full disk', words: ['disk'], text: 'Old journals of the checkout can go.' },
]
const found = (query: string): readonly string[] => searchTexts(texts, query, 10).map((f) => f.address)

describe('searchTexts', () => {
  it.each([
    ['checkout', ['Runbook/restart', 'Runbook/disk']],
    ['how is the payment made', ['Article/pay']],
    ['paiment', ['Article/pay']],
    ['res', []],
    ['restar', ['Runbook/restart']],
    ['the is a', []],
    ['', []],
    ['constructor __proto__ "OR* NEAR(', []],
  ])('%s', (query, addresses) => expect(found(query)).toEqual(addresses))

  it('shows the line that was meant', () => {
    expect(searchTexts(texts, 'journals', 1)[0]?.excerpt).toBe('Old journals of the checkout can go.')
    expect(searchTexts(texts, 'anew', 1)[0]?.excerpt).toBe('Start it anew.')
  })
})
