/** What only we are to read: values of secrets, and what lets somebody be us on a forge. */
const secretNames =
  /^(?:PLUMBLINE_SECRET_.*|SOPS_AGE_KEY|GITHUB_TOKEN|PLUMBLINE_GITHUB_APP_KEY|PLUMBLINE_WEBHOOK_SECRET(?:_PREVIOUS)?|PLUMBLINE_ENGINE_KEY|PLUMBLINE_SUDO_PASSWORD)$/

/** The environment for a program that we start: without what only we are to read, for a child shows and hands on all it got. */
export function childEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secretNames.test(name)))
}
