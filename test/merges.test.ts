import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ChangeRecord } from '../engine/model/record.ts'
import { type Told, writeFacts } from './forge-facts.ts'
import { documents, type Office, openOffice } from './office.ts'

/** What becomes of pull requests on a forge, by each way in which it merges them: commits as GitHub makes them. */

let office: Office

const motd = (content: string): string =>
  documents({
    kind: 'Profile',
    metadata: { name: 'motd', labels: { system: 'motd' } },
    spec: { selector: { all: true }, resources: [{ file: { path: '/etc/motd', content } }] },
  })
const routine = documents({
  kind: 'StandardChange',
  metadata: { name: 'words-of-the-day' },
  spec: {
    documents: [{ kinds: ['Profile'], labels: { system: 'motd' }, fields: ['spec.resources.*.file.content'] }],
    actions: { types: ['file'], environments: ['prod'] },
    limits: { hosts: 1 },
    teams: ['operations'],
    owner: 'team/security',
    expires: '2026-12-01T00:00:00Z',
  },
})

beforeAll(async () => {
  office = await openOffice({ files: { 'inventory/routine.yaml': routine, 'inventory/motd.yaml': motd('hello\n') } })
  await office.must(['approve', 'main', '--key', office.colleague('ben').keyFile])
  await office.must(['apply'])
}, 120_000)

afterAll(async () => office?.close())

/** The forge makes commits of its own, and signs them with a key that is nobody's. */
const webFlow = { name: 'GitHub', email: 'noreply@github.com' }
const account = (name: string) => ({ name, email: `4711+${name}@users.noreply.git.example.org` })

interface Who {
  readonly name: string
  readonly email: string
}

function git(args: readonly string[], options: { author?: Who; committer?: Who; input?: string } = {}): string {
  const { author = account('ana'), committer = author, input } = options
  const at = office.now().toISOString()
  return execFileSync('git', ['-C', office.desk.folder, ...args], {
    encoding: 'utf8',
    env: {
      ...office.desk.env,
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: at,
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      GIT_COMMITTER_DATE: at,
    },
    ...(input !== undefined && { input }),
    stdio: ['pipe', 'pipe', 'pipe'],
  }).trim()
}

const tip = (revision: string): string => git(['rev-parse', revision])
const on = (name: string): boolean => existsSync(office.on('web-01', `/etc/${name}`))
const profile = (name: string, content = 'as agreed\n'): string =>
  documents({
    kind: 'Profile',
    metadata: { name },
    spec: { selector: { all: true }, resources: [{ file: { path: `/etc/${name}`, content } }] },
  })

/** A branch with one commit for each of these names, by somebody at a keyboard who signs nothing. */
function branch(name: string, files: readonly string[] = [name], from = 'main', author = account('ana')): string {
  office.turn(5)
  git(['switch', '--quiet', '--create', name, from])
  for (const file of files) {
    office.desk.write(`inventory/${file}.yaml`, profile(file))
    git(['add', '--all'])
    git(['commit', '--quiet', '-m', `Bring ${file}`], { author })
  }
  git(['switch', '--quiet', 'main'])
  return tip(name)
}

/** A commit of the forge's own on main, signed by its key. */
function forgeCommit(tree: string, parents: readonly string[], message: string, author: Who): void {
  const plain = git(['commit-tree', tree, ...parents.flatMap((p) => ['-p', p]), '-m', message], {
    author,
    committer: webFlow,
  })
  const text = execFileSync('git', ['-C', office.desk.folder, 'cat-file', 'commit', plain], { encoding: 'utf8' })
  const signature = '-----BEGIN PGP SIGNATURE-----\n \n wsFcBAABCAAQBQJm\n -----END PGP SIGNATURE-----\n'
  const signed = text.replace('\n\n', `\ngpgsig ${signature}\n`)
  git(['update-ref', 'refs/heads/main', git(['hash-object', '-t', 'commit', '-w', '--stdin'], { input: signed })])
  git(['reset', '--quiet', '--hard', 'main'])
}

const treeOf = (head: string): string => git(['merge-tree', '--write-tree', 'main', head]).split('\n')[0] ?? ''

const methods: Readonly<Record<string, (head: string, number: number, by: string) => void>> = {
  'a merge commit': (head, number, by) =>
    forgeCommit(treeOf(head), [tip('main'), head], `Merge pull request #${number} from office/x`, account(by)),
  'a squash': (head, number, by) =>
    forgeCommit(treeOf(head), [tip('main')], `Bring it (#${number})\n\nCo-authored-by: ${by} <${by}@example.org>`, {
      ...account('ana'),
    }),
  'a rebase': (head) => {
    const commits = git(['rev-list', '--reverse', '--no-merges', `main..${head}`]).split('\n')
    for (const commit of commits) git(['cherry-pick', '--allow-empty', commit], { committer: webFlow })
  },
}

const merge = (how: string, head: string, number: number, by = 'cleo'): string => {
  methods[how]?.(head, number, by)
  return tip('main')
}

/** Reverts what was merged last, with a commit of two of its own. */
function takeBack(how: string): void {
  git([
    'revert',
    '--no-edit',
    ...(how === 'a merge commit' ? ['-m', '1', 'HEAD'] : [how === 'a rebase' ? 'HEAD~2..' : 'HEAD']),
  ])
}

const open = (told: Told, ...more: string[]) =>
  office.desk.run('approve', told.head, '--from-forge', writeFacts(office, [told]), ...more)

/** What the ledger says of what was merged last, once an engine that knows of these pull requests has applied what holds. */
async function apply(...told: readonly Told[]): Promise<{ readonly err: string; readonly status: number }> {
  return office.desk.run('apply', '--from-forge', writeFacts(office, told))
}

async function recordOf(commit: string): Promise<ChangeRecord> {
  const all = await records()
  const found = all.find((r) => r.merge?.commit === commit)
  if (found === undefined) throw new Error(`nothing is recorded of ${commit}`)
  return found
}

const records = async () => JSON.parse(await office.must(['log', '--json'])) as readonly ChangeRecord[]

const passed = ['plan success', 'approval action-required', 'approval success']

describe.each(Object.keys(methods).map((how, i) => [how, 100 * (i + 1)] as const))('%s', (how, numbers) => {
  const slug = how.replaceAll(' ', '-')

  it('brings a pull request that was planned, reviewed and merged', async () => {
    const name = `planned-${slug}`
    const head = branch(name, [`${name}-1`, `${name}-2`])
    const told: Told = { number: numbers + 20, head, pushes: [{ by: 'ana' }] }
    expect((await open(told)).status).toBe(0)
    office.turn(5)
    const before = tip('main')
    const merged = merge(how, head, numbers + 20)
    await apply({ ...told, reviews: [{ by: 'ben' }], checks: passed.slice(0, 1), merged, mergedBy: 'cleo' })
    expect(await recordOf(merged)).toMatchObject({
      state: 'implemented',
      subject: { head },
      merge: { base: before, commit: merged },
      approvals: [{ approver: 'Person/ben' }],
    })
    expect([on(`${name}-1`), on(`${name}-2`)]).toEqual([true, true])
  }, 120_000)

  it('brings one that no record is about yet, onto a base that moved', async () => {
    const name = `fresh-${slug}`
    const head = branch(name, [`${name}-1`, `${name}-2`])
    await office.approved({
      branch: `beside-${slug}`,
      author: 'ana',
      files: { [`inventory/b-${slug}.yaml`]: profile(`b-${slug}`) },
    })
    await office.must(['apply'])
    const before = tip('main')
    const merged = merge(how, head, numbers + 21)
    await apply({ number: numbers + 21, head, merged, mergedBy: 'cleo', checks: passed, reviews: [{ by: 'ben' }] })
    expect(await recordOf(merged)).toMatchObject({
      state: 'implemented',
      subject: { head },
      merge: { base: before, commit: merged },
    })
  }, 120_000)

  it('brings one that was planned, onto a base that moved since', async () => {
    const name = `moved-${slug}`
    const head = branch(name, [`${name}-1`, `${name}-2`])
    const told: Told = { number: numbers + 22, head }
    await open(told)
    office.turn(5)
    const reviewed: Told = { ...told, reviews: [{ by: 'ben' }] }
    await open(reviewed)
    await office.approved({
      branch: `ahead-${slug}`,
      author: 'ana',
      files: { [`inventory/a-${slug}.yaml`]: profile(`a-${slug}`) },
    })
    await office.must(['apply'])
    const before = tip('main')
    const merged = merge(how, head, numbers + 22)
    await apply({ ...reviewed, merged, mergedBy: 'cleo' })
    expect(await recordOf(merged)).toMatchObject({
      state: 'implemented',
      subject: { head },
      merge: { base: before, commit: merged },
    })
  }, 120_000)

  it('brings one whose branch was brought up to date by the forge, and whoever pressed that button may approve', async () => {
    const name = `updated-${slug}`
    const first = branch(name)
    await office.approved({
      branch: `news-${slug}`,
      author: 'ana',
      files: { [`inventory/n-${slug}.yaml`]: profile(`n-${slug}`) },
    })
    await office.must(['apply'])
    git(['switch', '--quiet', name])
    git(['merge', '--quiet', '--no-edit', 'main'], { author: account('ben'), committer: webFlow })
    git(['switch', '--quiet', 'main'])
    const head = tip(name)
    const pushes = [
      { by: 'ana', after: first },
      { by: 'ben', before: first },
    ]
    const told: Told = { number: numbers + 23, head, pushes }
    await open(told)
    office.turn(5)
    const merged = merge(how, head, numbers + 23)
    await apply({ ...told, merged, mergedBy: 'cleo', reviews: [{ by: 'ben' }] })
    expect(await recordOf(merged)).toMatchObject({ state: 'implemented', subject: { head } })
  }, 120_000)

  it('does not let authors approve, whoever merged and whatever the forge made of their commits', async () => {
    const name = `own-${slug}`
    const head = branch(name, [`${name}-1`, `${name}-2`])
    const told: Told = { number: numbers + 24, head }
    await open(told)
    office.turn(5)
    const merged = merge(how, head, numbers + 24, 'cleo')
    await apply({ ...told, merged, mergedBy: 'cleo', reviews: [{ by: 'ana-second' }] })
    expect(await recordOf(merged)).toMatchObject({ state: 'unapproved', approvals: [] })
    expect(on(`${name}-1`)).toBe(false)
    takeBack(how)
    await apply()
  }, 120_000)

  it('brings several pull requests with one push, each as a record of its own', async () => {
    const heads = ['x', 'y', 'z'].map((x) =>
      branch(`queue-${x}-${slug}`, [`queue-${x}-${slug}-1`, `queue-${x}-${slug}-2`]),
    )
    const told = heads.map((head, i): Told => ({ number: numbers + 30 + i, head }))
    for (const one of told) await open(one)
    office.turn(5)
    const merged = heads.map((head, i) => merge(how, head, numbers + 30 + i, 'github-merge-queue'))
    await apply(
      ...told.map(
        (t, i): Told => ({
          ...t,
          merged: merged[i] ?? '',
          mergedBy: 'cleo',
          checks: passed,
          // The last one went past its reviewers.
          reviews: i === 2 ? [] : [{ by: 'ben' }],
        }),
      ),
    )
    const found = await Promise.all(merged.map(recordOf))
    expect(found.map((r) => r.subject.head)).toEqual(heads)
    expect(found.map((r) => r.merge?.base)).toEqual([found[0]?.merge?.base, merged[0], merged[1]])
    expect(found.map((r) => r.state)).toEqual(['implemented', 'implemented', 'unapproved'])
    takeBack(how)
    await apply()
  }, 180_000)

  it('leaves a ledger that verifies', async () => {
    await office.must(['audit', 'verify'])
  }, 120_000)
})

describe('a pull request', () => {
  const how = 'a merge commit'

  /** One that was opened, planned and recorded. */
  async function planned(name: string, number: number, more: Partial<Told> = {}): Promise<Told> {
    const told: Told = { number, head: branch(name), ...more }
    await open(told)
    office.turn(5)
    return told
  }

  it('that nobody planned is recorded as such, and the branch as it stands can be approved', async () => {
    const head = branch('unplanned')
    office.turn(5)
    const merged = merge(how, head, 51)
    const ran = await apply({ number: 51, head, merged, mergedBy: 'cleo', checks: [], reviews: [{ by: 'ben' }] })
    expect(ran.err).toContain('merge-unplanned')
    expect(ran.err).toContain('plumbline approve main')
    expect(await recordOf(merged)).toMatchObject({
      state: 'unapproved',
      reasons: [`git.example.org/cleo merged pull request 51, whose head ${head.slice(0, 12)} was never planned`],
    })
    expect(on('unplanned')).toBe(false)
    await office.must(['approve', 'main', '--key', office.colleague('ben').keyFile])
    await apply()
    expect(on('unplanned')).toBe(true)
  }, 120_000)

  it.each([
    'approval action-required',
    'plan failure',
  ])('merged past a check (%s) is recorded with who did it, and not applied', async (check) => {
    const name = check.replaceAll(' ', '-')
    const told = await planned(name, 52)
    await open({ ...told, reviews: [{ by: 'ben', id: name }] })
    const merged = merge(how, told.head, 52)
    const checks = check.startsWith('plan') ? [check] : ['plan success', check]
    const ran = await apply({ ...told, merged, mergedBy: 'cleo', checks, reviews: [{ by: 'ben', id: name }] })
    expect(ran.err).toContain('merge-bypassed')
    const [said, conclusion] = check.split(' ')
    expect(await recordOf(merged)).toMatchObject({
      state: 'unapproved',
      approvals: [{ approver: 'Person/ben' }],
      reasons: [`git.example.org/cleo merged pull request 52 past plumbline/${said}, which said ${conclusion}`],
    })
    expect(on(name)).toBe(false)
    takeBack(how)
    await apply()
  }, 120_000)

  it('merged past a check holds by signed approvals alone, of which the check may not have heard', async () => {
    const told = await planned('signed', 53)
    await office.must(['approve', 'signed', '--key', office.colleague('ben').keyFile])
    const merged = merge(how, told.head, 53)
    await apply({ ...told, merged, mergedBy: 'cleo', checks: ['plan success', 'approval action-required'] })
    expect(await recordOf(merged)).toMatchObject({ state: 'implemented' })
  }, 120_000)

  it.each([
    'a merge commit',
    'a squash',
  ])('that a template covers rests on no review, however it was merged: %s', async (by) => {
    office.turn(60)
    const name = `routine-${by.replaceAll(' ', '-')}`
    const files = { 'inventory/motd.yaml': motd(`${name}\n`) }
    await office.write({ branch: name, author: 'ana', files })
    const merged = merge(by, tip(name), by === 'a squash' ? 66 : 67)
    const ran = await apply({
      number: by === 'a squash' ? 66 : 67,
      head: tip(name),
      merged,
      mergedBy: 'cleo',
      checks: [],
    })
    expect(await recordOf(merged)).toMatchObject({
      type: 'standard',
      state: 'implemented',
    })
    expect(ran.err).toMatch(
      /merge-unplanned.*cleo merged pull request.*all the same, since StandardChange\/words-of-the-day/,
    )
  }, 120_000)

  it('whose check was out of date once, or was replaced by a better one, was not merged past it', async () => {
    const told = await planned('replaced', 54)
    const merged = merge(how, told.head, 54)
    const checks = ['plan failure', 'approval action-required', 'plan neutral', 'plan success', 'approval success']
    await apply({ ...told, merged, mergedBy: 'cleo', checks, reviews: [{ by: 'ben' }] })
    expect(await recordOf(merged)).toMatchObject({ state: 'implemented' })
  }, 120_000)

  it.each([
    true,
    false,
  ])('is not approved by who reviews it after the merge (recorded before: %s)', async (recorded) => {
    const name = `late-${recorded}`
    const number = recorded ? 55 : 56
    const told = recorded ? await planned(name, number) : { number, head: branch(name) }
    const merged = merge(how, told.head, number)
    const mergedAt = office.now().toISOString()
    office.turn(5)
    const ran = await apply({ ...told, merged, mergedBy: 'cleo', mergedAt, reviews: [{ by: 'ben' }] })
    expect(ran.err).toContain('approval-after-merge')
    expect(await recordOf(merged)).toMatchObject({ state: 'unapproved', approvals: [] })
    takeBack(how)
    await apply()
  }, 120_000)

  it.each([
    true,
    false,
  ])('that was approved, and again after more was pushed, is one change without a forge (base moved: %s)', async (moves) => {
    const name = `twice-${moves}`
    const sign = () => office.must(['approve', name, '--key', office.colleague('ben').keyFile])
    await office.write({ branch: name, author: 'ana', files: { [`inventory/${name}-1.yaml`]: profile(`${name}-1`) } })
    await sign()
    await office.write({ branch: name, author: 'ana', files: { [`inventory/${name}-2.yaml`]: profile(`${name}-2`) } })
    await sign()
    const head = tip(name)
    if (moves) {
      await office.approved({ branch: 'before-twice', author: 'ana', files: { 'inventory/bt.yaml': profile('bt') } })
      await office.must(['apply'])
    }
    const base = tip('main')
    if (moves) merge('a rebase', head, 0)
    else git(['merge', '--quiet', '--ff-only', name])
    await office.must(['apply'])
    expect(await recordOf(tip('main'))).toMatchObject({ state: 'implemented', subject: { head }, merge: { base } })
    expect([on(`${name}-1`), on(`${name}-2`)]).toEqual([true, true])
  }, 120_000)

  it('that stands on another one brings it along, and sets its record aside', async () => {
    const lower = await planned('lower', 57)
    const upper: Told = { number: 58, head: branch('upper', ['upper'], 'lower') }
    await open(upper)
    office.turn(5)
    const merged = merge(how, upper.head, 58)
    await apply(
      { ...lower, merged, mergedBy: 'cleo' },
      { ...upper, merged, mergedBy: 'cleo', reviews: [{ by: 'ben' }] },
    )
    const brought = await recordOf(merged)
    expect(brought).toMatchObject({ state: 'implemented', subject: { head: upper.head } })
    expect([on('lower'), on('upper')]).toEqual([true, true])
    const beneath = (await records()).find((r) => r.subject.head === lower.head)
    expect(beneath).toMatchObject({ state: 'superseded', reasons: [`${brought.id} was merged`] })
  }, 120_000)

  it('that reverts another is a change like any other', async () => {
    const told = await planned('regretted', 59)
    const merged = merge(how, told.head, 59)
    await apply({ ...told, merged, reviews: [{ by: 'ben' }] })
    expect(on('regretted')).toBe(true)
    git(['switch', '--quiet', '--create', 'revert-59-regretted', 'main'])
    git(['revert', '--no-edit', '-m', '1', 'HEAD'], { author: account('ana'), committer: webFlow })
    git(['switch', '--quiet', 'main'])
    const revert: Told = { number: 60, head: tip('revert-59-regretted') }
    await open(revert)
    office.turn(5)
    const back = merge('a squash', revert.head, 60)
    await apply({ ...revert, merged: back, reviews: [{ by: 'ben' }] })
    expect(await recordOf(back)).toMatchObject({ state: 'implemented' })
    expect(on('regretted')).toBe(false)
  }, 120_000)

  it('is none where a commit is empty, and takes nothing from one that waits', async () => {
    const told = await planned('waiting', 61)
    git(['commit', '--quiet', '--allow-empty', '-m', 'Nothing'])
    await apply({ ...told, reviews: [{ by: 'ben' }] })
    expect(await recordOf(tip('main'))).toMatchObject({ state: 'unapproved', actions: [] })
    const merged = merge('a squash', told.head, 61)
    await apply({ ...told, merged, reviews: [{ by: 'ben' }] })
    expect(await recordOf(merged)).toMatchObject({ state: 'implemented', subject: { head: told.head } })
  }, 120_000)

  it('of two that were merged in one commit is not approved by what was said of one of them', async () => {
    const [one, two] = [await planned('one', 62), await planned('two', 63)]
    git(['merge', '--quiet', '--no-ff', '--no-edit', one.head, two.head], {
      author: account('cleo'),
      committer: webFlow,
    })
    const told = { merged: tip('main'), mergedBy: 'cleo', reviews: [{ by: 'ben' }] }
    await apply({ ...one, ...told }, { ...two, ...told })
    expect(await recordOf(tip('main'))).toMatchObject({ state: 'unapproved' })
    expect([on('one'), on('two')]).toEqual([false, false])
    takeBack(how)
    await apply()
  }, 120_000)

  it('whose branch was pushed over and put back is approved by who had looked at it, unless they pushed as well', async () => {
    const first = branch('back')
    git(['switch', '--quiet', 'back'])
    git(['commit', '--quiet', '--allow-empty', '-m', 'Something else'])
    const second = tip('HEAD')
    git(['reset', '--quiet', '--hard', first])
    git(['switch', '--quiet', 'main'])
    const pushes = (by: string): NonNullable<Told['pushes']> => [
      { by: 'ana', after: first },
      { by, before: first, after: second },
      { by: 'ana', before: second, after: first },
    ]
    await open({ number: 64, head: first })
    office.turn(5)
    const holds = async (told: Told) => JSON.parse((await open(told, '--json')).out) as { readonly holds: boolean }
    const reviews = [{ by: 'ben', at: office.now().toISOString() }]
    expect(await holds({ number: 64, head: first, pushes: pushes('ben'), reviews })).toMatchObject({ holds: false })
    expect(await holds({ number: 64, head: first, pushes: pushes('ana'), reviews })).toMatchObject({ holds: true })
  }, 120_000)

  it('is judged by the people of its base, those among them whom it lets go', async () => {
    const people = office.desk.read('inventory/people.yaml')
    const without = people.replace('email: cleo@example.org\n', 'email: cleo@example.org\n  active: false\n')
    const stranger = documents({
      kind: 'Person',
      metadata: { name: 'eve' },
      spec: { fullName: 'Eve', email: 'eve@example.org', accounts: ['git.example.org/eve'] },
    })
    git(['switch', '--quiet', '--create', 'people', 'main'])
    office.desk.write('inventory/people.yaml', without)
    office.desk.write('inventory/eve.yaml', stranger)
    git(['add', '--all'])
    git(['commit', '--quiet', '-m', 'Who works here\n\nCo-authored-by: Ben <ben@example.org>'])
    git(['switch', '--quiet', 'main'])
    const told: Told = { number: 65, head: tip('people') }
    await open(told)
    office.turn(5)
    const refused = await open({ ...told, reviews: [{ by: 'eve' }, { by: 'ben' }] })
    expect(refused.out + refused.err).toContain('account-unknown')
    expect(refused.out + refused.err).toContain('approver-wrote-it')
    const merged = merge(how, told.head, 65)
    await apply({ ...told, merged, reviews: [{ by: 'cleo' }] })
    expect(await recordOf(merged)).toMatchObject({ state: 'implemented', approvals: [{ approver: 'Person/cleo' }] })
  }, 120_000)

  it('leaves a ledger that verifies', async () => {
    await office.must(['audit', 'verify'])
  }, 120_000)
})
