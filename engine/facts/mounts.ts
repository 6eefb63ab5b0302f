import { read } from '../model/script.ts'
import { compact, fact, linesOf, running, tagged } from './fact.ts'

/** File systems that are views of the kernel: nothing is stored there. */
const views = new Set([
  ...[
    'proc',
    'sysfs',
    'cgroup',
    'cgroup2',
    'devpts',
    'devtmpfs',
    'mqueue',
    'debugfs',
    'tracefs',
    'securityfs',
    'pstore',
  ],
  ...[
    'bpf',
    'configfs',
    'fusectl',
    'hugetlbfs',
    'autofs',
    'binfmt_misc',
    'efivarfs',
    'rpc_pipefs',
    'nsfs',
    'ramfs',
    'selinuxfs',
  ],
])

/** What is mounted, and how full it is. A network file system whose server hangs is not asked, so that it hangs nobody. */
export const mounts = fact(
  'mounts',
  [
    running,
    read`sed 's/^/mount /' /proc/self/mountinfo || exit 1
command -v timeout >/dev/null 2>&1 && timeout 5 df -k -P -l 2>/dev/null | sed 's/^/use /'
:`,
  ],
  (stdout) => {
    const use = new Map(tagged(stdout, 'use').flatMap(usage))
    // What was mounted later hides what was mounted before.
    const byPath = new Map<string, { readonly source: string; readonly type: string }>()
    for (const line of linesOf(tagged(stdout, 'mount').join('\n'))) {
      const [before = '', after = ''] = line.split(' - ')
      const path = before.split(' ')[4]
      const [type, source] = after.split(' ')
      if (path === undefined || type === undefined || source === undefined) continue
      byPath.delete(unescaped(path))
      if (!views.has(type)) byPath.set(unescaped(path), { source: unescaped(source), type })
    }
    if (byPath.size === 0) return undefined
    return [...byPath].map(([path, mount]) => compact({ path, ...mount, ...use.get(path) }))
  },
)

function usage(line: string): readonly (readonly [string, { readonly size: number; readonly used: number }])[] {
  const [, size, used, path] = /\s(\d+)\s+(\d+)\s+-?\d+\s+(?:\d+%|-)\s+(\/.*)$/.exec(line) ?? []
  return path === undefined ? [] : [[path, { size: Number(size) * 1024, used: Number(used) * 1024 }]]
}

/** The kernel writes blanks and backslashes in octal. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
