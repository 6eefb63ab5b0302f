export type LineSpec = {
  readonly path: string
  readonly line?: string
  /** First word of the line, where there is one such line at most. */
  readonly key?: string
  readonly position?: 'end' | 'beginning'
  readonly after?: string
  readonly before?: string
  readonly create?: boolean
  readonly validate?: string
  readonly ensure?: 'present' | 'absent'
}

/** The line as it stands in the file, without its end. */
export type LineState = { readonly line: string }

/** `/etc/ssh/sshd_config:PermitRootLogin`, or `/etc/hosts:=10.0.0.1 db`. A path has no colon. */
export const identify = ({ path, key, line }: LineSpec): string => `${path}:${key ?? `=${line ?? ''}`}`

/** The other way round. */
export function named(name: string): Pick<LineSpec, 'path' | 'key' | 'line'> {
  const colon = name.indexOf(':')
  const [path, rest] = [name.slice(0, colon), name.slice(colon + 1)]
  return rest.startsWith('=') ? { path, line: rest.slice(1) } : { path, key: rest }
}

/** First word of a line: blanks, an equals sign and a colon end it. */
export const firstWord = (line: string): string => line.replace(/^[ \t]+/, '').replace(/[ \t=:].*$/, '')
