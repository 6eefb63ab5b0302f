import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject } from '../model/document.ts'
import { createRedactor, type Redactor } from '../model/redactor.ts'
import type { Resource } from '../model/resource.ts'
import { fillSecrets, holdsSecret, type Sealed, secretKey, secretsIn } from '../model/secret-ref.ts'
import type { HostSession } from '../ports/host-session.ts'
import { codes } from './codes.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** The values that one apply needs, in memory, and what keeps them there. */
export interface ResolvedSecrets {
  readonly redactor: Redactor
  /** A resource with values in the place of tokens. Never record it, never show it. */
  fill(resource: Resource): Resource
}

/** Resources and the host each is for. */
export type Needs = readonly { readonly host: string; readonly resource: Resource }[]

/**
 * Looks up every secret that an apply needs before anything is begun: one that can't be had stops it while no lock is taken
 * and no host has been sent anything.
 */
export async function resolveSecrets(
  world: World,
  needs: Needs,
  sealed: (reference: string) => Sealed | undefined,
): Promise<ResolvedSecrets | { readonly refused: readonly Diagnostic[] }> {
  const wanted = needs.flatMap(({ host, resource }) => secretsIn(resource.spec).map((secret) => ({ host, secret })))
  if (wanted.length === 0) return { redactor: createRedactor([]), fill: (resource) => resource }
  const references = [...new Set(wanted.map((w) => w.secret.reference))].sort(compareText)
  const answers = await (await world.secrets()).resolve(askFor(references, sealed))
  const values = new Map<string, string>()
  const refused: Diagnostic[] = []
  for (const reference of references) {
    const answer = answers.get(reference) ?? { problem: 'nobody knows it' }
    const users = wanted.filter((w) => w.secret.reference === reference)
    if ('value' in answer) for (const { secret } of users) values.set(secretKey(secret), answer.value)
    else {
      const hosts = [...new Set(users.map((u) => u.host))].sort(compareText).join(', ')
      const summary = `the secret ${reference} can't be had here: ${answer.problem}`
      refused.push(report('secret-unresolved', { summary, detail: `Needed on ${hosts}. Nothing was begun.` }))
    }
  }
  if (refused.length > 0) return { refused }
  return {
    redactor: createRedactor(new Set(values.values())),
    fill: (resource) =>
      holdsSecret(resource.spec) ? { ...resource, spec: filled(world, resource, values) } : resource,
  }
}

function filled(world: World, resource: Resource, values: ReadonlyMap<string, string>): JsonObject {
  const spec = fillSecrets(resource.spec, values, world.sha256)
  return world.types.get(resource.type)?.normalise(spec) ?? spec
}

const askFor = (references: readonly string[], sealed: (reference: string) => Sealed | undefined) =>
  references.map((reference) => {
    const found = sealed(reference)
    return { reference, ...(found !== undefined && { sealed: found }) }
  })

/** A world that tells nobody what it was told in confidence: events, the journal and what goes wrong are cleaned first. */
export async function inConfidence<Result>(
  world: World,
  { redactor }: ResolvedSecrets,
  work: (world: World) => Promise<Result>,
): Promise<Result> {
  const journal = await world.journal()
  const quiet: World = {
    ...world,
    emit: (event) => world.emit(redactor.value(event)),
    journal: async () => ({
      append: (change, entry) => journal.append(change, redactor.value(entry)),
      read: (change) => journal.read(change),
      remove: (change) => journal.remove(change),
    }),
  }
  try {
    return await work(quiet)
  } catch (error) {
    throw cleaned(error, redactor)
  }
}

/** The same error, so that who catches it still knows what it is. */
function cleaned(error: unknown, redactor: Redactor): unknown {
  if (!(error instanceof Error)) return redactor.value(error)
  const { stack } = error
  error.message = redactor.text(error.message)
  if (stack !== undefined) error.stack = redactor.text(stack)
  if (error.cause !== undefined) error.cause = cleaned(error.cause, redactor)
  return error
}

/** What a host prints while it is changed is cleaned before anybody cuts it into pieces in which a secret is not known again. */
export function quietSession(session: HostSession, redactor: Redactor): HostSession {
  const clean = (bytes: Uint8Array): Uint8Array => {
    const text = new TextDecoder().decode(bytes)
    const left = redactor.text(text)
    return left === text ? bytes : new TextEncoder().encode(left)
  }
  return {
    target: session.target,
    read: (script, options) => session.read(script, options),
    run: async (script, options) => {
      const output = await session.run(script, options)
      return { ...output, stdout: clean(output.stdout), stderr: clean(output.stderr) }
    },
    close: () => session.close(),
  }
}
