import type { Office } from './office.ts'

/** Host name of the forge that people of an office have accounts on. */
export const forge = 'git.example.org'

/** What a forge says of a pull request. Accounts are `login`, or `login#number`. */
export interface Told {
  readonly number?: number
  readonly head: string
  readonly author?: string
  readonly merged?: string
  readonly mergedBy?: string
  readonly mergedAt?: string
  readonly retargetedAt?: string
  /** What our checks said of the head, oldest first: `plan success`. */
  readonly checks?: readonly string[]
  readonly reviews?: readonly {
    readonly by: string
    readonly permission?: string
    readonly state?: string
    readonly commit?: string
    readonly id?: string
    readonly bot?: boolean
    readonly at?: string
  }[]
  readonly pushes?: readonly { readonly by: string; readonly after?: string; readonly before?: string }[]
}

const account = (name: string) => {
  const [login, id] = name.split('#')
  return { login, ...(id !== undefined && { id }) }
}

/** Writes down what the forge says, as CI would; the name of the file. */
export function writeFacts(office: Office, requests: readonly Told[]): string {
  const at = (minutes: number) => new Date(office.now().getTime() + minutes * 60_000).toISOString()
  const told = {
    version: 1,
    forge,
    repository: 'office/estate',
    requests: requests.map((request) => {
      const { number = 1, head, author = 'ana', merged, mergedBy, mergedAt, retargetedAt, checks } = request
      const { reviews = [], pushes = [{ by: 'ana' }] } = request
      return {
        number,
        target: 'main',
        head,
        author: account(author),
        ...(merged !== undefined && { merged }),
        ...(mergedBy !== undefined && { mergedBy: account(mergedBy) }),
        ...(mergedAt !== undefined && { mergedAt }),
        ...(retargetedAt !== undefined && { retargetedAt }),
        ...(checks !== undefined && { plans: checks.map((check) => checkOf(check, head)) }),
        reviews: reviews.map((r, i) => ({
          id: r.id ?? `${number}-${i}`,
          account: { ...account(r.by), ...(r.bot === true && { bot: true }) },
          ...(r.permission !== undefined && { permission: r.permission }),
          state: r.state ?? 'approved',
          commit: r.commit ?? head,
          at: r.at ?? at(-1),
        })),
        pushes: pushes.map(({ by, after = head, before }) => ({
          ...account(by),
          after,
          at: at(-3),
          ...(before !== undefined && { before }),
        })),
      }
    }),
  }
  office.desk.write('.git/facts.json', JSON.stringify(told))
  return '.git/facts.json'
}

function checkOf(check: string, commit: string) {
  const [name, conclusion] = check.split(' ')
  return { name: `plumbline/${name}`, commit, plan: `sha256:${'0'.repeat(64)}`, conclusion }
}
