import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { quote } from '../../model/script.ts'
import { baseSystem, packageArchive } from './base-system.ts'
import { accountTools } from './stand-ins/accounts.ts'
import { commandTools } from './stand-ins/commands.ts'
import { mountTools } from './stand-ins/mounts.ts'
import { packageTools } from './stand-ins/packages.ts'
import { serviceTools } from './stand-ins/services.ts'
import { lackingTools, systemTools } from './stand-ins/system.ts'

/** A folder that looks like a host. */
export interface SimulatedRoot {
  readonly folder: string
  /** Goes in front of the PATH. */
  readonly tools: string
}

/**
 * Makes a folder into a simulated host, or makes one work again: files of a fresh system that are not there yet, an
 * archive of packages, and stand-ins for the tools that a laptop lacks or that would take root.
 */
export function prepareRoot(folder: string, name: string): SimulatedRoot {
  const own = join(folder, '.simulated')
  const tools = join(own, 'bin')
  if (!existsSync(own)) {
    for (const [path, text] of Object.entries(baseSystem(name))) put(join(folder, path), text)
    for (const [path, text] of Object.entries(packageArchive)) {
      put(join(own, 'archive', path), text, path.endsWith('/postinst') ? 0o755 : 0o644)
    }
    chmodSync(join(folder, 'etc/shadow'), 0o640)
    chmodSync(join(folder, 'etc/sudoers.d/plumbline'), 0o440)
    writeFileSync(join(own, 'owners'), '')
  }
  const lacking = Object.entries(lackingTools).filter(([tool]) => !isInstalled(tool))
  const all = {
    ...accountTools,
    ...commandTools,
    ...mountTools,
    ...packageTools,
    ...serviceTools,
    ...systemTools,
    ...Object.fromEntries(lacking),
  }
  for (const [tool, text] of Object.entries(all)) {
    put(
      join(tools, tool),
      `#!/bin/sh\n# Stands in for ${tool} on a simulated host.\nSIM=${quote(folder)}\n${text}`,
      0o755,
    )
  }
  return { folder, tools }
}

/** The stand-ins come first, and find what they stand on behind themselves. */
export function environmentOf(root: SimulatedRoot): Record<string, string> {
  const { PATH = '/usr/bin:/bin' } = process.env
  return { PATH: `${root.tools}${delimiter}${PATH}`, HOME: join(root.folder, 'root'), LC_ALL: 'C' }
}

function isInstalled(tool: string): boolean {
  const { PATH = '/usr/bin:/bin' } = process.env
  return PATH.split(delimiter).some((folder) => existsSync(join(folder, tool)))
}

function put(file: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  chmodSync(file, mode)
}
