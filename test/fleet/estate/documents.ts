import { stringify } from 'yaml'
import type { Host } from '../fleet.ts'

/** A document of the estate, written as YAML. */
export function document(kind: string, name: string, spec: unknown, labels?: Readonly<Record<string, string>>): string {
  const metadata = { name, owner: 'team/operations', ...(labels !== undefined && { labels }) }
  return stringify({ apiVersion: 'plumbline/v1', kind, metadata, spec })
}

/** Several documents in one file. */
export const file = (...documents: readonly string[]): string => documents.join('---\n')

export function personDocument(name: string, publicKey: string): string {
  const email = `${name}@example.org`
  return document('Person', name, {
    fullName: `${name} of Operations`,
    email,
    login: name,
    sshKeys: [{ key: publicKey }],
  })
}

/** A host as the fleet booted it: its address and the key that it shows. `canary: "true"` makes it go first. */
export function hostDocument(host: Host, labels: Readonly<Record<string, string>>, spec: object = {}): string {
  return document(
    'Host',
    host.name,
    { address: host.address, environment: 'prod', hostKeys: [host.hostKey], ...spec },
    labels,
  )
}

export function profile(name: string, selector: unknown, resources: readonly unknown[], variables?: unknown): string {
  return document('Profile', name, { selector, ...(variables !== undefined && { variables }), resources })
}
