import type { Diagnostic } from '../model/diagnostic.ts'
import type { ForgeSettings } from '../ports/forge.ts'
import { report } from './report.ts'

/** Permissions of an app that Plumbline uses. */
const needed = ['checks', 'contents', 'issues', 'pull_requests'] as const
/** What else it may have: to look at settings, and to hand over findings. */
const harmless =
  /^(?:metadata|environments|administration|members|actions|deployments|statuses):read$|^security_events:(?:read|write)$/

/** Scopes of a person's token: `repo`, or `public_repo` where everybody may read the repository. */
const broad = /^(?:admin:|delete|site_admin$|workflow$|write:org$|manage_|codespace|gist$|user$)/

/** What the token at hand may do, where the forge tells. It tells so of apps and of persons' older tokens. */
export function tokenFindings({ tokenScopes: scopes, visibility }: ForgeSettings): readonly Diagnostic[] {
  if (scopes === undefined) return []
  const isApp = scopes.some(
    (scope) => /^\w+:(?:read|write|admin)$/.test(scope) && !/^(?:read|write|admin):/.test(scope),
  )
  return isApp ? appFindings(scopes) : personFindings(scopes, visibility)
}

function appFindings(scopes: readonly string[]): readonly Diagnostic[] {
  const missing = needed.filter((name) => !scopes.includes(`${name}:write`))
  const more = scopes.filter((scope) => !harmless.test(scope) && !needed.some((name) => scope.startsWith(`${name}:`)))
  return [
    ...(missing.length === 0
      ? []
      : [report('setup-token-narrow', `it lacks ${missing.map((m) => `${m}:write`).join(', ')}`)]),
    ...(more.length === 0 ? [] : [report('setup-token-broad', `it has ${more.join(', ')}, too`)]),
  ]
}

function personFindings(scopes: readonly string[], visibility: ForgeSettings['visibility']): readonly Diagnostic[] {
  const may = scopes.includes('repo') || (visibility === 'public' && scopes.includes('public_repo'))
  const more = scopes.filter((scope) => broad.test(scope))
  return [
    ...(may
      ? [report('setup-token-checks', 'it is the token of a person')]
      : [report('setup-token-narrow', 'it lacks the scope repo')]),
    ...(more.length === 0 ? [] : [report('setup-token-broad', `it has ${more.join(', ')}, too`)]),
  ]
}
