/** The environment for a program that we start: without what only we are to read, for a child shows and hands on all it got. */
export function childEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(?:PLUMBLINE_SECRET_.*|SOPS_AGE_KEY)$/.test(name)),
  )
}
