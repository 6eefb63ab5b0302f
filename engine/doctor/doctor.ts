import type { Diagnostic } from '../model/diagnostic.ts'
import { actionsFindings } from './actions.ts'
import { ledgerFindings, targetFindings } from './branches.ts'
import type { DoctorFacts, ForgeFacts } from './doctor-facts.ts'
import { environmentFindings } from './environments.ts'
import { machineFindings } from './machine.ts'
import { ownersFindings } from './owners.ts'
import { peopleFindings } from './people.ts'
import { tokenFindings } from './token.ts'
import { workflowFindings } from './workflows.ts'

/** What of a repository and a machine is not as safe, or not as able, as Plumbline needs them; the worst first. */
export function diagnose({ forge, estate, machine }: DoctorFacts): readonly Diagnostic[] {
  const findings = [
    ...(machine === undefined ? [] : machineFindings(machine)),
    ...(forge === undefined ? [] : forgeFindings(forge)),
    ...(estate === undefined
      ? []
      : [...ownersFindings(estate), ...peopleFindings(estate), ...workflowFindings(estate.workflows)]),
  ]
  return findings.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
}

const severities = ['error', 'warning', 'info']

function forgeFindings({ settings, target, ledger, solo }: ForgeFacts): readonly Diagnostic[] {
  return [
    ...settings.branches.flatMap((branch) =>
      branch.name === target ? targetFindings(branch, solo) : branch.name === ledger ? ledgerFindings(branch) : [],
    ),
    // Where no jobs run, nobody uses environments.
    ...(settings.actions === 'disabled'
      ? []
      : settings.environments.flatMap((environment) => environmentFindings(environment, target))),
    ...actionsFindings(settings),
    ...tokenFindings(settings),
  ]
}
