import type { Diagnostic } from '../../model/diagnostic.ts'
import { escapeControls } from '../../model/escape.ts'
import type { Define } from '../context.ts'
import { exit } from '../terminal.ts'
import { columns, count } from '../views/columns.ts'
import { diagnosticsText } from '../views/diagnostics-text.ts'
import { defineAccess } from './audit-access.ts'
import { defineExport } from './audit-export.ts'
import { defineReport } from './audit-report.ts'

interface Options {
  readonly allowedSigners?: string
  readonly witness?: string
  readonly json?: boolean
}

/** `plumbline audit verify`: needs nothing but a clone. */
export const define: Define = (command, context) => {
  command.addHelpText(
    'after',
    '\nExamples:\n  plumbline audit verify --allowed-signers ~/audit/signers\n  plumbline audit report --from 2026-10-01 --to 2026-12-31 --framework soc2 -o q4.html\n  plumbline audit access --as-of 2026-12-31',
  )
  const { terminal } = context
  command
    .command('verify')
    .description('check every entry of the ledger: signatures, order, legal moves, approvals, merges')
    .option('--allowed-signers <file>', 'keys you trust, in the form of ssh-keygen (kept outside the repository)')
    .option('--witness <commit>', 'the tip that somebody else noted: shows whether entries were cut off')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nWithout --allowed-signers the keys in the first record are believed, and the result says self-asserted.\n\nExamples:\n  git clone URL estate && cd estate && plumbline audit verify\n  plumbline audit verify --allowed-signers ~/audit/signers --witness 3f2c…',
    )
    .action(async (options: Options) =>
      context.run(async () => {
        const world = await context.open({})
        const { auditVerify } = await import('../../pipeline/audit.ts')
        const result = await auditVerify(world, {
          ...(options.allowedSigners !== undefined && { allowedSigners: options.allowedSigners }),
          ...(options.witness !== undefined && { witness: options.witness }),
        })
        const failed = result.findings.some((f) => f.severity === 'error')
        if (options.json === true) terminal.out(`${JSON.stringify(result, null, 2)}\n`)
        else {
          const { shown, folded } = foldAfterFirst(result.findings)
          terminal.out(diagnosticsText(shown, terminal.colors))
          const rest = `       … and ${count(folded, 'later entry', 'later entries')}; --json names them`
          if (folded > 0) terminal.out(`${terminal.colors.dim(rest)}\n`)
          const open = result.unauthorised.map((u) => [u.id, u.host, escapeControls(u.resource)])
          if (open.length > 0)
            terminal.out(`${count(open.length, 'unauthorised change is', 'unauthorised changes are')} open:\n`)
          for (const line of columns(open, { indent: '  ' })) terminal.out(`${line}\n`)
          const verdict = failed ? terminal.colors.red('not true') : terminal.colors.green('true')
          const { 'approver-signed': signed, 'forge-asserted': asserted } = result.statements
          if (signed + asserted > 0)
            terminal.out(
              `${count(signed + asserted, 'statement')} for or against changes: ${signed} approver-signed, ${asserted} forge-asserted\n`,
            )
          terminal.out(`${count(result.entries, 'entry', 'entries')} checked, keys ${result.trust}: ${verdict}\n`)
        }
        return failed ? exit.error : exit.ok
      }, options),
    )
  defineReport(command.command('report'), context)
  defineAccess(command.command('access'), context)
  defineExport(command.command('export'), context)
}

/** A forged entry takes all later ones with it: the first one is what matters. */
function foldAfterFirst(findings: readonly Diagnostic[]): { shown: readonly Diagnostic[]; folded: number } {
  const tampered = findings.filter((f) => f.code === 'ledger-tampered')
  const shown = findings.filter((f) => f.code !== 'ledger-tampered' || f === tampered[0])
  return { shown, folded: findings.length - shown.length }
}
