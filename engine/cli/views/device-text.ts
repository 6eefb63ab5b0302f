import { escapeControls } from '../../model/escape.ts'
import type { DeviceCompared } from '../../pipeline/devices.ts'
import type { Colors } from '../terminal.ts'
import { count } from './columns.ts'
import { diagnosticsText } from './diagnostics-text.ts'

/** How devices stand to their golden configurations: what is to be added, taken away and moved to have them in line. */
export function devicesText(devices: readonly DeviceCompared[], c: Colors): string {
  return `${devices.map((device) => one(device, c)).join('\n')}\n${verdict(devices)}\n`
}

function one(device: DeviceCompared, c: Colors): string {
  const head = `${c.bold(device.device)}  ${c.dim(device.address)}`
  if ('failure' in device) return `${head}  ${c.red('unknown')}\n${diagnosticsText([device.failure], c)}`
  if (device.differences.length === 0) return `${head}  ${c.green('in line')}\n`
  const lines = device.differences.flatMap(({ section, changes }) => [
    ...section.map((line, depth) => c.dim(`   ${indented(depth, line)}`)),
    ...changes.flatMap(({ what, lines }) =>
      lines.map((line) => marked[what](c)(`${signs[what]}${indented(section.length, line)}`.trimEnd())),
    ),
  ])
  return `${head}  ${c.yellow(count(device.differences.length, 'section differs', 'sections differ'))}\n${lines.join('\n')}\n`
}

const signs = { missing: '  +', extra: '  -', moved: '  ~' } as const
const marked = {
  missing: (c: Colors) => c.green,
  extra: (c: Colors) => c.red,
  moved: (c: Colors) => c.yellow,
} as const

/** Two columns are for the sign. */
const indented = (depth: number, line: string): string => `${'  '.repeat(depth)} ${escapeControls(line)}`

function verdict(devices: readonly DeviceCompared[]): string {
  const unknown = devices.filter((d) => 'failure' in d).length
  const differing = devices.filter((d) => 'differences' in d && d.differences.length > 0).length
  const parts = [
    `${count(devices.length, 'device')}: ${devices.length - unknown - differing} in line`,
    `${differing} ${differing === 1 ? 'differs' : 'differ'}`,
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
  ]
  return `${parts.join(', ')}${differing === 0 ? '' : '  (+ is missing on the device, - is not in the golden text, ~ stands elsewhere)'}`
}
