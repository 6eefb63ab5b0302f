import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { count } from '../views/columns.ts'

/** `plumbline audit export`: the signed statements of a change, for `ssh-keygen`. */
export const defineExport: Define = (command, context) => {
  const { terminal } = context
  command
    .description('write the signed statements of a change as files that ssh-keygen checks')
    .argument('<change>', 'number of the change, CHG-2026-00042')
    .option('-o, --out <folder>', 'folder for the files (default: CHG-…-evidence)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nEach statement is an in-toto Statement in a DSSE envelope. Beside the envelope lie the bytes that are signed and the\nsignature; verify.sh holds the commands. The keys in allowed_signers come from the repository itself: compare them with what\nyou know from elsewhere.\n\nExample:\n  plumbline audit export CHG-2026-00042 -o evidence\n  sh evidence/verify.sh',
    )
    .action(async (change: string, options: { readonly out?: string; readonly json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({})
        const { auditExport } = await import('../../pipeline/audit-export.ts')
        const exported = await auditExport(world, { change, ...(options.out !== undefined && { out: options.out }) })
        if ('refused' in exported) throw new Refusal(exported.refused)
        if (options.json === true) {
          terminal.out(`${JSON.stringify(exported, null, 2)}\n`)
          return exit.ok
        }
        const { statements, folder, unsigned } = exported
        terminal.out(`${count(statements.length, 'signed statement')} of ${exported.change} in ${folder}\n`)
        for (const { command: line } of statements) terminal.out(`  ${line}\n`)
        if (unsigned > 0)
          terminal.out(`${count(unsigned, 'approval')} reported by a forge, which nobody signed: see record.json\n`)
        return exit.ok
      }, options),
    )
}
