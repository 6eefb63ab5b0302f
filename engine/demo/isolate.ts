/**
 * Keeps what belongs to the user out of the demo: git and ssh find their configuration, keys and agents by these variables, and their
 * children inherit them. Returns what puts everything back.
 */
export function isolate(home: string): () => void {
  const before = { ...process.env }
  const foreign = Object.keys(process.env).filter((name) => /^(PLUMBLINE_|GIT_|XDG_|SSH_)/.test(name))
  for (const name of foreign) delete process.env[name]
  process.env['HOME'] = home
  return () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
    Object.assign(process.env, before)
  }
}
