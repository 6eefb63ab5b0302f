import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GithubOffice, openGithubOffice } from './github-office.ts'
import { openOffice } from './office.ts'

let here: GithubOffice
beforeAll(async () => {
  here = await openGithubOffice({
    files: {
      '.github/CODEOWNERS': '* @ana @ben @cleo\n',
      '.github/workflows/plan.yml': 'on: pull_request\njobs: {}\n',
    },
  })
}, 120_000)
afterAll(async () => here.close())

interface Said {
  readonly forge?: string
  readonly diagnostics: readonly { readonly code: string; readonly severity: string; readonly summary: string }[]
}

const look = async (): Promise<{ readonly status: number; readonly said: Said }> => {
  const ran = await here.run('doctor', '--json')
  return { status: ran.status, said: JSON.parse(ran.out) as Said }
}
/** The clone of the tests logs in by its address. */
const inAddress = 'error setup-remote-secret'
const codesOf = ({ diagnostics }: Said): readonly string[] => diagnostics.map((d) => `${d.severity} ${d.code}`)

const reviewed = { required_approving_review_count: 1, dismiss_stale_reviews_on_push: true }
const checked = ['plumbline/plan', 'plumbline/approval'].map((context) => ({ context }))

describe('doctor', () => {
  it('names what is open in a new repository, changes nothing, and ends with 1', async () => {
    here.office.desk.env['GITHUB_TOKEN'] = here.github.token('admin', ['repo'])
    const before = await here.git('ls-remote', 'origin')
    const { status, said } = await look()
    expect(status).toBe(1)
    expect(said.forge).toContain(here.github.repository)
    expect(codesOf(said)).toEqual(
      expect.arrayContaining([
        'error setup-unprotected',
        'error setup-ledger-unprotected',
        'error setup-environment-missing',
        'error setup-token-checks',
      ]),
    )
    expect(await here.git('ls-remote', 'origin')).toBe(before)
    const told = await here.run('doctor')
    expect(told.out).toContain('Settings > Rules > Rulesets > New branch ruleset')
    expect(told.out).toMatch(/looked at http.*: \d+ errors/)
  })

  it('has nothing to say of one that is set up as the guide has it', async () => {
    const { github } = here
    github.ruleset({
      name: 'What is applied',
      branches: ['~DEFAULT_BRANCH'],
      rules: [
        { type: 'deletion' },
        { type: 'non_fast_forward' },
        {
          type: 'pull_request',
          parameters: { ...reviewed, require_code_owner_review: true, require_last_push_approval: true },
        },
        {
          type: 'required_status_checks',
          parameters: { required_status_checks: checked, strict_required_status_checks_policy: true },
        },
      ],
    })
    github.ruleset({
      name: 'The ledger stays',
      branches: ['refs/heads/ledger'],
      rules: [{ type: 'deletion' }, { type: 'non_fast_forward' }],
    })
    github.ruleset({
      name: 'The engine writes the ledger',
      branches: ['refs/heads/ledger'],
      rules: [{ type: 'update' }],
      bypass: [{ actor: 'Integration', id: 77, mode: 'always' }],
    })
    github.environment('plumbline-plan', {})
    github.environment('plumbline-drift', { branches: ['main'] })
    github.environment('plumbline-apply', {
      ...{ reviewers: ['ben'], preventSelfReview: true, adminBypass: false, branches: ['main'] },
    })
    github.actions({ allowed: 'selected', pinned: true, workflowToken: 'read', mayApprove: false })
    const { said } = await look()
    // A person looks, so that everything can be seen: their token is no engine's.
    expect(codesOf(said)).toEqual([inAddress, 'error setup-token-checks'])
  })

  it('says of what it may not see that it could not be seen', async () => {
    here.office.desk.env['GITHUB_TOKEN'] = here.github.jobToken({ contents: 'read' })
    const { said } = await look()
    expect(new Set(codesOf(said))).toEqual(new Set([inAddress, 'warning setup-unseen']))
  })

  it('looks at the rest where the forge does not answer', async () => {
    here.office.desk.env['GITHUB_TOKEN'] = 'ghp_revoked'
    const { said } = await look()
    expect(said.forge).toBeUndefined()
    expect(codesOf(said)).toEqual([expect.stringMatching(/^warning github-/), inAddress])
  })
})

describe('doctor without a forge', () => {
  it('looks at the machine and the estate', async () => {
    const office = await openOffice()
    try {
      const ran = await office.desk.run('doctor', '--json')
      const said = JSON.parse(ran.out) as Said
      expect(codesOf(said)).toEqual(['warning setup-no-remote', 'warning setup-no-owners'])
      office.desk.env['PLUMBLINE_ENGINE_KEY'] = office.colleague('ana').keyFile
      office.desk.env['PLUMBLINE_SSH_KEY'] = ''
      const other = await office.desk.run('doctor')
      expect(other).toMatchObject({ status: 1, out: expect.stringContaining('[setup-engine-key]') })
    } finally {
      await office.close()
    }
  }, 120_000)

  it('says what a clone lacks that was made for one build', async () => {
    const office = await openOffice()
    const clone = join(office.desk.folder, '..', 'shallow')
    try {
      office.desk.write('inventory/more.yaml', '')
      office.desk.commit('More')
      execFileSync('git', ['clone', '--quiet', '--depth', '1', `file://${office.desk.folder}`, clone])
      const ran = await office.desk.run('-C', clone, 'doctor', '--json')
      expect(ran.status).toBe(1)
      expect(codesOf(JSON.parse(ran.out) as Said)).toContain('error setup-shallow')
    } finally {
      rmSync(clone, { recursive: true, force: true })
      await office.close()
    }
  }, 120_000)
})
