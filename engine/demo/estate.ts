import type { Cast, Player } from './cast.ts'

/** What the document of a simulated host has to say. */
export interface HostFacts {
  readonly name: string
  readonly port: number
  readonly hostKey: string
  readonly user: string
  readonly root: string
}

/** The estate as the story finds it: a small company with a shop. */
export function firstEstate(id: string, cast: Cast, hosts: readonly HostFacts[]): ReadonlyMap<string, string> {
  return new Map([
    ['plumbline.yaml', estateDocument(id, cast)],
    ['inventory/people.yaml', people(cast)],
    ['inventory/environments.yaml', environments],
    ['inventory/hosts.yaml', hostDocuments(hosts)],
    ['inventory/services.yaml', services],
    ['inventory/profiles/base.yaml', baseProfile],
    ['policies/access.yaml', accessPolicy],
    ['.gitignore', 'plan.json\n'],
  ])
}

const estateDocument = (id: string, { engine }: Cast): string => `apiVersion: plumbline/v1
kind: Estate
metadata: { name: lantern }
spec:
  id: ${id}
  documents: ["inventory/**/*.yaml", "policies/**/*.yaml"]
  engineKeys: ["${engine.publicKey} engine"]
`

const people = ({ mira, jonas }: Cast): string =>
  [
    person(mira),
    person(jonas),
    'apiVersion: plumbline/v1\nkind: Team\nmetadata: { name: operations }\nspec: { members: [mira, jonas] }\n',
    'apiVersion: plumbline/v1\nkind: Team\nmetadata: { name: security }\nspec: { members: [jonas] }\n',
  ].join('---\n')

const person = (player: Player): string => `apiVersion: plumbline/v1
kind: Person
metadata: { name: ${player.name} }
spec:
  fullName: ${player.fullName}
  email: ${player.email}
  login: ${player.name}
  sshKeys: [{ key: "${player.publicKey}" }]
`

const environments = `apiVersion: plumbline/v1
kind: Environment
metadata: { name: prod, owner: team/operations }
spec: { purpose: What customers use, rollout: careful, criticality: 4 }
---
apiVersion: plumbline/v1
kind: Rollout
metadata: { name: careful, owner: team/operations }
spec: { canary: { labels: { canary: "true" } }, batch: 100%, maxFailures: 0 }
`

function hostDocuments(hosts: readonly HostFacts[]): string {
  return hosts.map(hostDocument).join('---\n')
}

/** The first web host is the canary. */
function hostDocument(host: HostFacts): string {
  const role = host.name.replace(/-.*/, '')
  const canary = host.name === 'web-01' ? ', canary: "true"' : ''
  return `apiVersion: plumbline/v1
kind: Host
metadata: { name: ${host.name}, owner: team/operations, labels: { role: ${role}${canary} } }
spec:
  address: 127.0.0.1
  environment: prod
  hostKeys: ["${host.hostKey}"]
  ssh: { user: ${host.user}, port: ${host.port} }
  root: ${JSON.stringify(host.root)} # a simulated host is this folder
`
}

const services = `apiVersion: plumbline/v1
kind: Service
metadata: { name: shop, owner: team/operations }
spec: { purpose: Customers find and buy books, criticality: 4, hosts: [web-01, web-02, cache-01], dependsOn: [orders] }
---
apiVersion: plumbline/v1
kind: Service
metadata: { name: orders, owner: team/operations }
spec: { purpose: Keeps what was bought, criticality: 4, hosts: [db-01] }
`

const baseProfile = `apiVersion: plumbline/v1
kind: Profile
metadata: { name: base, owner: team/operations }
spec:
  selector: { all: true }
  resources:
    - file: { path: /etc/motd, template: "{{ host.name }} is described in git; what is changed here by hand is drift.\\n" }
    - service: { name: ssh, enabled: true, running: true }
`

const accessPolicy = `apiVersion: plumbline/v1
kind: ChangePolicy
metadata: { name: security-sees-new-access, owner: team/security }
spec:
  match: { kinds: [AccessGrant, Role] }
  when: change.verb != 'delete'
  outcome: { approvals: { count: 1, teams: [security] } }
  message: security looks at everything that lets people in
`
