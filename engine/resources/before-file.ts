import type { ResourceId } from '../model/resource.ts'

/**
 * What goes before a file or folder where it is declared too: the folders above it, its owner and group, and the package
 * whose configuration it is by its place (`/etc/nginx/…`).
 */
export function beforeFile(spec: {
  readonly path: string
  readonly owner?: string
  readonly group?: string
}): readonly ResourceId[] {
  const parts = spec.path.split('/').slice(1, -1)
  const [top, name] = parts
  return [
    ...(top === 'etc' && name !== undefined ? [`package:${name.replace(/\.d$/, '')}` as const] : []),
    ...parts.map((_, i): ResourceId => `directory:/${parts.slice(0, i + 1).join('/')}`),
    ...(spec.owner === undefined ? [] : [`user:${spec.owner}` as const]),
    ...(spec.group === undefined ? [] : [`group:${spec.group}` as const]),
  ]
}
