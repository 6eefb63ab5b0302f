import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { routePath } from 'hono/route'
import { RepositoryError } from '../../ports/repository.ts'
import type { Listen, Listening, WebServices } from '../../ports/web-server.ts'
import { codes } from './codes.ts'
import { eventPosts } from './event-posts.ts'
import { githubHooks } from './github-hooks.ts'
import { health } from './health.ts'

/** Listens on an address, for each of the services on paths of its own. */
export const listen: Listen = async ({ host, port }, services) => {
  const adaptor = createAdaptorServer({
    fetch: appOf(services).fetch,
    createServer,
    // Whoever sends slowly holds a place that others need.
    serverOptions: { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 5_000 },
  })
  const server = adaptor as Server
  server.maxConnections = 256
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  }).catch((error: NodeJS.ErrnoException) => {
    const summary = `nobody can listen on ${host}:${port}: ${error.code ?? 'it is refused'}`
    throw new RepositoryError('listen-impossible', summary, codes['listen-impossible'].fix)
  })
  return { address: addressOf(server), close: () => closed(server) }
}

function appOf({ github, events, health: healthService, answered, failed }: WebServices): Hono {
  const app = new Hono()
  app.use(async (c, next) => {
    await next()
    answered({ route: routePath(c, -1), status: c.res.status })
  })
  if (github !== undefined) githubHooks(app, github)
  if (events !== undefined) eventPosts(app, events)
  health(app, healthService)
  app.notFound((c) => c.json({ error: 'there is nothing here' }, 404))
  app.onError((error, c) => {
    failed(error)
    return c.json({ error: 'a mistake of this server' }, 500)
  })
  return app
}

function addressOf(server: Server): Listening['address'] {
  const { address, port, family } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
  })
}
