import { read } from '../model/script.ts'
import { compact, fact, numberOf, running, said, tagged } from './fact.ts'

/** Vendor, model and serial number (root only) from DMI or the device tree, processor, memory, disks. */
export const hardware = fact(
  'hardware',
  [
    running,
    read`get() { [ -r "$2" ] && IFS= read -r value <"$2" 2>/dev/null && printf '%s %s\n' "$1" "$value"; }
for name in sys_vendor product_name product_serial; do get "$name" "/sys/class/dmi/id/$name"; done
[ ! -r /proc/device-tree/model ] || { printf 'model '; tr -d '\\000' </proc/device-tree/model; echo; }
awk -F ' *: *' '/^processor/ { n++ } /^(model name|Model|cpu model|machine)/ && !m { m = $2 } END { print "cpus " n; print "cpu " m }' /proc/cpuinfo
awk '/^MemTotal:/ { print "memory " $2 }' /proc/meminfo
printf 'arch '; uname -m
command -v systemd-detect-virt >/dev/null 2>&1 && { printf 'virt '; systemd-detect-virt; }
for disk in /sys/block/*; do
  name=\${disk##*/}
  case $name in loop* | ram* | zram* | dm-* | md* | sr* | fd* | nbd*) continue ;; esac
  get "disk $name size" "$disk/size"
  get "disk $name model" "$disk/device/model"
  get "disk $name serial" "$disk/device/serial"
done
:`,
  ],
  (stdout) => {
    const one = (tag: string): string | undefined => said(tagged(stdout, tag)[0])
    const architecture = one('arch')
    const kilobytes = numberOf(one('memory'))
    if (architecture === undefined || kilobytes === undefined) return undefined
    return compact({
      vendor: one('sys_vendor'),
      model: one('product_name') ?? one('model'),
      serial: one('product_serial'),
      virtualisation: tagged(stdout, 'virt')[0]?.trim(),
      // Some architectures number their processors in a way of their own; there is one at least.
      cpu: compact({ model: one('cpu'), count: Math.max(1, numberOf(one('cpus')) ?? 1), architecture }),
      memory: kilobytes * 1024,
      disks: disksOf(tagged(stdout, 'disk')),
    })
  },
)

function disksOf(lines: readonly string[]) {
  const disks = new Map<string, Map<string, string>>()
  for (const line of lines) {
    const [, name, field, value] = /^(\S+) (size|model|serial) (.*)$/.exec(line) ?? []
    if (name === undefined || field === undefined || value === undefined) continue
    const disk = disks.get(name) ?? new Map<string, string>()
    disks.set(name, disk.set(field, value))
  }
  return [...disks].flatMap(([name, fields]) => {
    // The kernel counts in sectors of 512 bytes, whatever the disk's own are.
    const size = (numberOf(fields.get('size')) ?? 0) * 512
    if (size === 0) return []
    return [compact({ name, size, model: said(fields.get('model')), serial: said(fields.get('serial')) })]
  })
}
