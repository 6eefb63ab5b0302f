import type { Founder } from '../model/founder.ts'

export interface TemplateOptions {
  readonly id: string
  /** Name of the estate. */
  readonly name: string
  readonly branch: string
  readonly rule: 'one-independent' | 'solo'
  readonly engineKey: string
  readonly founder: Founder
  readonly engineVersion: string
}

/** The files of a new estate: small, valid, and explained where they stand. */
export function estateTemplate(options: TemplateOptions): ReadonlyMap<string, string> {
  return new Map([
    ['plumbline.yaml', estateDocument(options)],
    ['inventory/people.yaml', people(options.founder)],
    ['inventory/environments.yaml', environments],
    ['inventory/hosts.yaml', hosts],
    ['inventory/profiles/base.yaml', baseProfile],
    ['policies/change.yaml', changePolicies],
    ['.gitignore', '.plumbline/\nnode_modules/\nplan.json\n'],
    ['README.md', readme(options)],
    ['package.json', packageJson(options)],
  ])
}

const estateDocument = (
  o: TemplateOptions,
): string => `# Configuration of the estate. It is read from the base commit: no change alters the rules it is judged by.
apiVersion: plumbline/v1
kind: Estate
metadata: { name: ${o.name} }
spec:
  # Approvals name it, so that they hold for this estate only.
  id: ${o.id}
  branch: ${o.branch}
  rule: ${o.rule}
  documents: ["inventory/**/*.yaml", "policies/**/*.yaml", "schemas/records/*.yaml"]
  # Engines that may write records. Each machine that applies has a key of its own.
  engineKeys:
    - ${o.engineKey}
`

const people = (founder: Founder): string => `apiVersion: plumbline/v1
kind: Person
metadata: { name: ${founder.name} }
spec:
  fullName: ${JSON.stringify(founder.fullName)}
  email: ${founder.email}
  login: ${founder.login}
${founder.key === undefined ? '  # The public key you sign commits and approvals with:\n  # sshKeys: [{ key: "ssh-ed25519 AAAA…" }]\n' : `  sshKeys:\n    - key: ${founder.key}\n`}---
apiVersion: plumbline/v1
kind: Team
metadata: { name: operations }
spec:
  # Somebody else must be here before changes can be approved: nobody approves what they wrote.
  members: [${founder.name}]
`

const environments = `apiVersion: plumbline/v1
kind: Environment
metadata: { name: prod, owner: team/operations }
spec: { purpose: What people use, rollout: careful, criticality: 4 }
---
apiVersion: plumbline/v1
kind: Rollout
metadata: { name: careful, owner: team/operations }
spec:
  canary: { labels: { canary: "true" } }
  batch: 25%
  maxFailures: 0
`

const hosts = `# One document for each host. Ask for its key with: plumbline host-key fetch ADDRESS
#
# apiVersion: plumbline/v1
# kind: Host
# metadata: { name: web-01, owner: team/operations, labels: { role: web, canary: "true" } }
# spec:
#   address: 192.0.2.10
#   environment: prod
#   hostKeys: ["ssh-ed25519 AAAA…"]
---
apiVersion: plumbline/v1
kind: Site
metadata: { name: home, owner: team/operations }
spec: { timeZone: Europe/Amsterdam, purpose: datacentre }
`

const baseProfile = `apiVersion: plumbline/v1
kind: Profile
metadata: { name: base, owner: team/operations }
spec:
  selector: { all: true }
  variables: { contact: operations }
  resources:
    - file:
        path: /etc/motd
        template: |
          {{ host.name }} is managed as code. Questions: {{ contact }}
`

const changePolicies = `apiVersion: plumbline/v1
kind: ChangePolicy
metadata: { name: access-needs-operations, owner: team/operations }
spec:
  match: { kinds: [AccessGrant, Group, ServiceAccount, Role] }
  when: change.verb != 'delete'
  outcome: { approvals: { count: 1, teams: [operations] } }
  message: Somebody of operations looks at every new access
`

const readme = (o: TemplateOptions): string => `# ${o.name}

Infrastructure, access and services as YAML, kept by Plumbline.

    npx plumbline validate            check every document
    npx plumbline plan                what this branch would do
    npx plumbline approve BRANCH      sign somebody else's change
    npx plumbline apply               apply what was merged and approved
    npx plumbline drift               where hosts moved away
    npx plumbline audit verify        check the ledger
`

const packageJson = (o: TemplateOptions): string =>
  `${JSON.stringify({ name: o.name, private: true, scripts: { validate: 'plumbline validate', plan: 'plumbline plan' }, dependencies: { '@plumbline/engine': o.engineVersion } }, null, 2)}\n`
