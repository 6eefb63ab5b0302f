import type { Hono } from 'hono'
import type { HealthService } from '../../ports/web-server.ts'

/** `/healthz`: the process answers. `/readyz`: it can do its work. `/metrics`: figures for Prometheus. */
export function health(app: Hono, service: HealthService): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }))
  app.get('/readyz', (c) => {
    const trouble = service.trouble()
    return trouble === undefined ? c.json({ status: 'ok' }) : c.json({ status: trouble }, 503)
  })
  app.get('/metrics', (c) => c.text(service.metrics(), 200, { 'content-type': 'text/plain; version=0.0.4' }))
  for (const path of ['/healthz', '/readyz', '/metrics'])
    app.all(path, (c) => c.json({ error: 'GET only' }, 405, { allow: 'GET' }))
}
