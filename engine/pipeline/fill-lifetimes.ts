import type { JsonObject } from '../model/document.ts'
import { lifetimeMs } from '../model/lifetime.ts'
import type { Resource } from '../model/resource.ts'

const day = 86_400_000

/** A resource whose end is a moment, where it was said how long it lasts: an account ends with the day, the rest with the second. */
export function fillLifetime(resource: Resource, startedAt: string): Resource {
  const { expires } = resource.spec
  const lasts = typeof expires === 'string' ? lifetimeMs(expires) : undefined
  if (lasts === undefined) return resource
  const end = Date.parse(startedAt) + lasts
  const text =
    resource.type === 'user'
      ? new Date(Math.ceil(end / day) * day).toISOString().slice(0, 10)
      : `${new Date(Math.floor(end / 1000) * 1000).toISOString().slice(0, 19)}Z`
  const spec: JsonObject = { ...resource.spec, expires: text }
  return { ...resource, spec }
}
