import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.ts'

/** The parts of this machine's apt configuration that lead to Debian's packages, in apt's two notations. Both empty: mmdebstrap's own default will do. */
export interface AptSources {
  readonly list: string
  readonly deb822: string
}

/**
 * What /etc/apt says about one release of Debian. An image has to come from where this machine gets its packages, be that a mirror or a proxy; sources of
 * third parties are left out, because a host has no use for them.
 */
export function aptSources(release: string, etc = '/etc/apt'): AptSources {
  const suites = new Set([release, `${release}-updates`, `${release}-security`])
  const ofRelease = (names: string, components: string) =>
    names.split(/\s+/).every((name) => suites.has(name)) && components.split(/\s+/).includes('main')
  const isLine = (line: string) => {
    const [, suite = '', components = ''] = /^deb\s+(?:\[[^\]]*\]\s+)?\S+\s+(\S+)\s+(.*)$/.exec(line.trim()) ?? []
    return ofRelease(suite, components)
  }
  const isStanza = (stanza: string) => {
    const field = (name: string) => new RegExp(`^${name}:(.*)$`, 'im').exec(stanza)?.[1]?.trim() ?? ''
    return field('Types').split(/\s+/).includes('deb') && ofRelease(field('Suites'), field('Components'))
  }
  const parts = listFolder(join(etc, 'sources.list.d')).map((name) => join(etc, 'sources.list.d', name))
  const lists = [join(etc, 'sources.list'), ...parts.filter((file) => file.endsWith('.list'))]
  const stanzas = parts.filter((file) => file.endsWith('.sources')).flatMap((file) => read(file).split(/\n\s*\n/))
  return {
    list: lists.flatMap((file) => read(file).split('\n').filter(isLine)).join('\n'),
    deb822: stanzas.filter(isStanza).join('\n\n'),
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** This machine's settings for fetching, as `--aptopt` arguments: a proxy, or a mirror that keeps old dates. */
export async function aptOptions(): Promise<string[]> {
  const wanted = /^Acquire::(https?::Proxy|Check-(Valid-Until|Date)) "(?!")/
  const { stdout } = await run('apt-config', ['dump'])
  return stdout.split('\n').flatMap((line) => (wanted.test(line) ? [`--aptopt=${line}`] : []))
}
