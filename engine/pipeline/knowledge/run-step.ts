import { here, type RunbookStep } from '../../knowledge/choose-steps.ts'
import { judgeStep, type StepResult, usualTimeout } from '../../knowledge/judge-step.ts'
import type { JsonObject } from '../../model/document.ts'
import { escapeControls } from '../../model/escape.ts'
import { launcher } from '../../model/launcher.ts'
import { createRedactor, type Redactor } from '../../model/redactor.ts'
import { join, type Script, secret, sh } from '../../model/script.ts'
import { isFailure, type Target } from '../../ports/host-session.ts'
import type { World } from '../world.ts'

/** Bytes kept of each stream; milliseconds until there is a session, and beyond a step's own time. */
const limits = { output: 256 * 1024, connect: 30_000, slack: 15_000 }

export interface StepSurroundings {
  readonly inputs: JsonObject
  readonly hidden: ReadonlySet<string>
  /** Characters of output that the result may hold. */
  readonly head: number
}

/** Takes values out of texts that must not be shown. */
export function inputRedactor({ inputs, hidden }: Pick<StepSurroundings, 'inputs' | 'hidden'>): Redactor {
  return createRedactor([...hidden].flatMap((name) => (inputs[name] === undefined ? [] : [asText(inputs[name])])))
}

/** Runs a step on one host. What hosts and networks do is its result; never throws for it. */
export async function runStep(
  world: World,
  step: RunbookStep,
  target: Target,
  around: StepSurroundings,
): Promise<StepResult> {
  const of = { step: step.name, host: target.host }
  const session = await (await world.connector()).connect(target, { deadline: limits.connect })
  if (isFailure(session))
    return { ...of, outcome: 'failed', because: escapeControls(`${session.failed}: ${session.detail}`).slice(0, 500) }
  try {
    const deadline = (step.timeout ?? usualTimeout) * 1000 + limits.slack
    const output = await session.run(scriptOf(step, target, around), { deadline, outputCap: limits.output })
    const [stdout, stderr] = [textOf(output.stdout), textOf(output.stderr)]
    const redactor = inputRedactor(around)
    const judged = judgeStep(step, { ...output, stdout })
    const printed = stdout === '' || stderr === '' ? `${stdout}${stderr}` : `${stdout.trimEnd()}\n${stderr}`
    const shown = escapeControls(redactor.text(printed.replaceAll('\r\n', '\n').trimEnd()))
    const bytes = output.stdout.length + output.stderr.length
    return {
      ...{ ...of, ...judged, bytes },
      ...(output.code !== null && { exit: output.code }),
      ...(shown !== '' && { output: shown.length > around.head ? `${shown.slice(0, around.head)}…` : shown }),
      sha256: world.sha256(join2(output.stdout, output.stderr)),
    }
  } finally {
    await session.close()
  }
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

function join2(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}

/**
 * The text of the step is a word for the shell that reads it, and inputs are its environment: neither ever becomes a part of the
 * other. Values travel in the script, never on a command line.
 */
function scriptOf(step: RunbookStep, target: Target, { inputs, hidden }: StepSurroundings): Script {
  const assign = Object.entries(inputs).map(([name, value]) => {
    const text = asText(value)
    return sh`export ${variable(`INPUT_${name.toUpperCase()}`)}=${hidden.has(name) ? secret(text) : text}`
  })
  const program = step.language === 'bash' ? '/bin/bash' : '/bin/sh'
  const isRoot = target.sudo || target.user === 'root'
  const account = step.as !== undefined ? sh`${step.as}` : isRoot ? sh`root` : sh`"$(id -un)"`
  const hostName = target.host === here ? 'localhost' : target.host
  return sh`${launcher}
(
${join([sh`export PLUMBLINE_HOST=${hostName}`, ...assign])}
launch run ${account} ${step.timeout ?? usualTimeout} '' ${[program, '-ec', step.script]}
)`
}

/** Names of inputs are letters, digits and _ by their schema; what is none becomes one that nobody reads. */
function variable(name: string): Script {
  const text = /^[A-Z_][A-Z0-9_]*$/.test(name) ? name : 'PLUMBLINE_BAD_NAME'
  return { readOnly: false, parts: [{ text, secret: false }] }
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
