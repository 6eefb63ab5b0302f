import type { FactProbe } from '../model/facts.ts'
import { certificates } from './certificates.ts'
import { clock } from './clock.ts'
import { cron } from './cron.ts'
import { hardware } from './hardware.ts'
import { interfaces } from './interfaces.ts'
import { kernel } from './kernel.ts'
import { keys } from './keys.ts'
import { lastLogins } from './last-logins.ts'
import { listeners } from './listeners.ts'
import { logins } from './logins.ts'
import { mounts } from './mounts.ts'
import { neighbours } from './neighbours.ts'
import { os } from './os.ts'
import { packages } from './packages.ts'
import { routes } from './routes.ts'
import { services } from './services.ts'
import { sudoers } from './sudoers.ts'
import { uptime } from './uptime.ts'
import { users } from './users.ts'

/** All groups of facts, in the order in which people ask for them. The clock goes last: see there. */
export const factProbes: readonly FactProbe[] = [
  os,
  kernel,
  hardware,
  uptime,
  interfaces,
  routes,
  neighbours,
  listeners,
  mounts,
  packages,
  services,
  users,
  keys,
  sudoers,
  cron,
  certificates,
  logins,
  lastLogins,
  clock,
]
