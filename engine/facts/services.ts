import { read } from '../model/script.ts'
import { compact, fact, needs, running, tagged } from './fact.ts'

/** Services that systemd has on disk or in memory. */
export const services = fact(
  'services',
  [
    running,
    needs('systemctl'),
    read`systemctl list-unit-files --type=service --no-legend --no-pager --plain | sed 's/^/file /'
systemctl list-units --type=service --all --no-legend --no-pager --plain | sed 's/^/unit /'`,
  ],
  (stdout) => {
    const found = new Map<string, { running: boolean; failed?: true; enabled?: string }>()
    for (const line of tagged(stdout, 'file')) {
      const [, name, enabled] = /^(\S+)\.service\s+(\S+)/.exec(line) ?? []
      // A template is not a service; its instances are.
      if (name === undefined || enabled === undefined || name.endsWith('@') || enabled === 'alias') continue
      found.set(name, { running: false, enabled })
    }
    for (const line of tagged(stdout, 'unit')) {
      const [, name, loaded, active, sub] = /^(\S+)\.service\s+(\S+)\s+(\S+)\s+(\S+)/.exec(line) ?? []
      if (name === undefined || loaded === 'not-found') continue
      const failed = active === 'failed' ? ({ failed: true } as const) : {}
      found.set(name, { ...found.get(name), running: sub === 'running', ...failed })
    }
    if (found.size === 0) return undefined
    return [...found].map(([name, service]) => compact({ name, ...service })).sort((a, b) => (a.name < b.name ? -1 : 1))
  },
)
