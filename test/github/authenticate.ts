import { createVerify } from 'node:crypto'
import { Refusal } from './route.ts'
import type { Actor, State } from './state.ts'

/** Who a token is of; undefined where there is none. Throws 401 where it is none of ours, or is over. */
export function actorOf(state: State, token: string | undefined): Actor | undefined {
  if (token === undefined) return undefined
  const actor = state.tokens.get(token) ?? appOfJwt(state, token)
  const over = actor?.kind === 'installation' && actor.expires !== undefined && actor.expires < Date.now()
  if (actor === undefined || over) throw new Refusal(401, 'Bad credentials')
  return actor
}

/** `Authorization: Bearer …` or `token …`. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^(?:bearer|token) +(.+)$/i.exec(header ?? '')?.[1]
}

/**
 * A JSON web token that an App signed: RS256, issued by it, not later than now and over within ten minutes.
 * https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
 */
function appOfJwt(state: State, token: string): Actor | undefined {
  const [head = '', body = '', signature] = token.split('.')
  if (signature === undefined) return undefined
  const header = part(head)
  const claims = part(body)
  const app = state.apps.find((a) => String(a.id) === String(claims['iss']) || `Iv1.${a.id}` === claims['iss'])
  if (app === undefined || header['alg'] !== 'RS256') throw new Refusal(401, 'A JSON web token could not be decoded')
  const signed = createVerify('RSA-SHA256').update(`${head}.${body}`)
  if (!signed.verify(app.publicKey, signature, 'base64url'))
    throw new Refusal(401, 'A JSON web token could not be decoded')
  const now = Date.now() / 1000
  const [issued, ends] = [Number(claims['iat']), Number(claims['exp'])]
  if (!(issued <= now + 1))
    throw new Refusal(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    )
  if (!(ends > now))
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    )
  if (ends > now + 601) throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future")
  return { kind: 'app', account: app.account, app }
}

function part(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString()) as Readonly<Record<string, unknown>>
  } catch {
    throw new Refusal(401, 'A JSON web token could not be decoded')
  }
}
