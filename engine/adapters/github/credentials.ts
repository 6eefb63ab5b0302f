import { createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { GithubError } from './github-error.ts'

/** The part of the environment that says who we are on GitHub. */
export interface CredentialsEnvironment {
  readonly GITHUB_TOKEN?: string | undefined
  readonly PLUMBLINE_GITHUB_APP_ID?: string | undefined
  /** Path of the app's private key, or its text. */
  readonly PLUMBLINE_GITHUB_APP_KEY?: string | undefined
}

export type Credentials =
  | { readonly kind: 'token'; readonly token: string }
  /** `key`: PEM, PKCS #8. */
  | { readonly kind: 'app'; readonly id: string; readonly key: string }

/** The app where one is named, else the token. Throws `github-credentials`, and never shows what it read. */
export async function readCredentials(env: CredentialsEnvironment): Promise<Credentials> {
  const { GITHUB_TOKEN, PLUMBLINE_GITHUB_APP_ID, PLUMBLINE_GITHUB_APP_KEY } = env
  const id = PLUMBLINE_GITHUB_APP_ID?.trim() ?? ''
  const key = PLUMBLINE_GITHUB_APP_KEY?.trim() ?? ''
  if (id !== '' || key !== '') {
    if (id === '') throw unusable('PLUMBLINE_GITHUB_APP_KEY is set, and PLUMBLINE_GITHUB_APP_ID is not')
    if (key === '') throw unusable('PLUMBLINE_GITHUB_APP_ID is set, and PLUMBLINE_GITHUB_APP_KEY is not')
    if (!/^(?:\d{1,18}|Iv[\w.]{1,40})$/.test(id)) throw unusable('PLUMBLINE_GITHUB_APP_ID is no id of an app')
    return { kind: 'app', id, key: await readKey(key) }
  }
  const token = GITHUB_TOKEN?.trim() ?? ''
  if (token === '') throw unusable('there are no credentials for GitHub')
  // What is no header would be shown in the message of who refuses it.
  if (!/^[\x21-\x7e]{1,4000}$/.test(token)) throw unusable('GITHUB_TOKEN is no token')
  return { kind: 'token', token }
}

async function readKey(named: string): Promise<string> {
  const text = named.startsWith('-----BEGIN') ? named : await readFile(named, 'utf8').catch(() => undefined)
  if (text === undefined) throw unusable('the file that PLUMBLINE_GITHUB_APP_KEY names can not be read')
  try {
    // Build servers often keep the lines of a key apart by a backslash and an n.
    const key = createPrivateKey(text.replaceAll('\\n', '\n'))
    if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs8', format: 'pem' }).toString()
  } catch {
    // What was read is shown by no message.
  }
  throw unusable('PLUMBLINE_GITHUB_APP_KEY is no RSA private key')
}

const unusable = (why: string): GithubError => new GithubError('github-credentials', why)
