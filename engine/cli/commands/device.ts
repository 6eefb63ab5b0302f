import { escapeControls } from '../../model/escape.ts'
import type { DeviceOptions } from '../../pipeline/devices.ts'
import type { Define } from '../context.ts'
import { progress } from '../progress.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { devicesText } from '../views/device-text.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'

interface Options {
  readonly commit?: string
  readonly unmerged?: boolean
  readonly json?: boolean
}

const optionsOf = (devices: string[], { commit, unmerged }: Options): DeviceOptions => ({
  devices,
  ...(commit !== undefined && { commit }),
  ...(unmerged !== undefined && { unmerged }),
})

const unmergedOption = [
  '--unmerged',
  'speak to devices as the documents say, though nobody has agreed to them; only at your own keyboard',
] as const

/** `plumbline device`: network devices and their golden configuration. Nothing is ever written to one. */
export const define: Define = (command, context) => {
  defineDiff(command.command('diff'), context)
  defineShow(command.command('show'), context)
}

const defineDiff: Define = (command, context) => {
  const { terminal } = context
  command
    .description('compare what devices run with their golden configuration, section by section')
    .argument(
      '[device...]',
      'names of NetworkDevice documents; all that have a golden configuration where none is named',
    )
    .option('--commit <rev>', 'golden configurations of a commit instead of the working folder')
    .option(...unmergedOption)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nHow a device is reached and what is said to it has to be what is merged. Nothing is written to it.\n\nExit status: 0 all are in line, 2 one differs, 1 of one nothing is known.\n\nExamples:\n  plumbline device diff\n  plumbline device diff core-sw1 --json',
    )
    .action(async (devices: string[], options: Options) =>
      context.run(async () => {
        const world = await context.open({ emit: progress(terminal) })
        const { compareDevices } = await import('../../pipeline/devices.ts')
        const compared = await compareDevices(world, optionsOf(devices, options))
        if ('refused' in compared) throw new Refusal(compared.refused)
        if (options.json === true) terminal.out(`${JSON.stringify(compared, null, 2)}\n`)
        else terminal.out(devicesText(compared.devices, terminal.colors))
        if (compared.devices.some((device) => 'failure' in device)) return exit.error
        const differs = compared.devices.some((device) => 'differences' in device && device.differences.length > 0)
        return differs ? exit.changes : exit.ok
      }, options),
    )
}

const defineShow: Define = (command, context) => {
  const { terminal } = context
  command
    .description('print the configuration that a device runs, or its golden one')
    .argument('<device>', 'name of a NetworkDevice document')
    .option('--golden', 'the configuration that it shall have, with the names of secrets; the device is not asked')
    .option('--commit <rev>', 'as a commit says instead of the working folder')
    .option(...unmergedOption)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nWhat the platform calls sensitive is not shown.\n\nExamples:\n  plumbline device show core-sw1\n  plumbline device show core-sw1 --golden',
    )
    .action(async (device: string, options: Options & { readonly golden?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ emit: progress(terminal) })
        const { goldenOfDevices, showDevices } = await import('../../pipeline/devices.ts')
        const look = options.golden === true ? goldenOfDevices : showDevices
        const found = await look(world, optionsOf([device], options))
        if ('refused' in found) throw new Refusal(found.refused)
        const [only] = found.devices
        if (only === undefined) throw new Error(`nothing came of ${device}`)
        if (options.json === true) terminal.out(`${JSON.stringify(only, null, 2)}\n`)
        else if ('text' in only) terminal.out(only.text.split('\n').map(escapeControls).join('\n'))
        else terminal.err(diagnosticsText([only.failure], terminal.colors))
        return 'failure' in only ? exit.error : exit.ok
      }, options),
    )
}
