import pLimit from 'p-limit'
import type { NetworkDeviceSpec, NetworkPlatformSpec } from '../generated/types.ts'
import { canonicalJson } from '../model/canonical.ts'
import { type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { createRedactor, type Redactor } from '../model/redactor.ts'
import { nameTokens } from '../model/secret-ref.ts'
import { type DeviceFailure, codes as deviceCodes } from '../network-devices/codes.ts'
import { compareConfigurations, type SectionDifference } from '../network-devices/compare.ts'
import { runningConfiguration } from '../network-devices/dialogue.ts'
import { type Platform, readPlatform } from '../network-devices/platform.ts'
import { readSections } from '../network-devices/sections.ts'
import type { SessionFailure, Target } from '../ports/host-session.ts'
import { nearest } from '../schema/nearest.ts'
import { codes } from './codes.ts'
import { loadCommit, loadMeant } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import { targetsOf } from './targets.ts'
import type { World } from './world.ts'

const report = reporter(codes)
const reportDevice = reporter(deviceCodes)

/** Devices spoken to at once; milliseconds until there is a terminal. */
const limits = { concurrency: 8, connectMs: 30_000, talkSeconds: 60 }

export interface DeviceOptions {
  /** Names of NetworkDevice documents. */
  readonly devices: readonly string[]
  /** Golden texts of this commit instead of the working folder. */
  readonly commit?: string
  /** Speak to devices as the documents say, though nobody agreed to them. */
  readonly unmerged?: boolean
}

interface OfDevice {
  readonly device: string
  readonly address: string
  /** ISO 8601 */
  readonly at: string
}

/** What one device shows, or why nothing is known of it. */
export type DeviceShown = OfDevice & ({ readonly text: string } | { readonly failure: Diagnostic })

/** How one device stands to its golden configuration. */
export type DeviceCompared = OfDevice &
  ({ readonly differences: readonly SectionDifference[] } | { readonly failure: Diagnostic })

type Refused = { readonly refused: readonly Diagnostic[] }

/** The configuration that devices run, without what their platform says is nobody's to see. */
export async function showDevices(
  world: World,
  options: DeviceOptions,
): Promise<{ readonly devices: readonly DeviceShown[] } | Refused> {
  const found = await meantDevices(world, options)
  if ('refused' in found) return found
  return {
    devices: await lookAt<{ readonly text: string }>(world, found, options, (meant, text, redactor) => ({
      text: text
        .split('\n')
        .map((line) => redactor.text(meant.platform.hide(line)))
        .join('\n'),
    })),
  }
}

/** Golden configurations, with the names of secrets in the place of their values. No device is spoken to. */
export async function goldenOfDevices(
  world: World,
  options: DeviceOptions,
): Promise<{ readonly devices: readonly { readonly device: string; readonly text: string }[] } | Refused> {
  const found = await meantDevices(world, options)
  if ('refused' in found) return found
  const texts = found.devices.map(({ device }) => ({ device, text: found.estate.compile.golden(device) }))
  const missing = texts.flatMap(({ device, text }) => (text === undefined ? [noGolden(device)] : []))
  if (missing.length > 0) return { refused: missing }
  return { devices: texts.map(({ device, text = '' }) => ({ device, text: nameTokens(text) })) }
}

/** Compares devices with their golden configurations: those that were named, or all that have one. */
export async function compareDevices(
  world: World,
  options: DeviceOptions,
): Promise<{ readonly devices: readonly DeviceCompared[] } | Refused> {
  const found = await meantDevices(world, options)
  if ('refused' in found) return found
  const golden = new Map<string, ReturnType<typeof readSections>>()
  const refused: Diagnostic[] = []
  for (const { device, platform } of found.devices) {
    const text = found.estate.compile.golden(device)
    if (text === undefined) {
      if (options.devices.includes(device)) refused.push(noGolden(device))
      continue
    }
    const sections = readSections(text, platform)
    golden.set(device, sections)
    if ('problem' in sections) {
      const summary = `the golden configuration of ${device} can't be read, in line ${sections.line}: ${sections.problem}`
      refused.push(reportDevice('golden-unreadable', { subject: `NetworkDevice/${device}`, summary }))
    }
  }
  if (refused.length > 0) return { refused }
  const devices = found.devices.filter(({ device }) => golden.has(device))
  type Differing = { readonly differences: readonly SectionDifference[] }
  const compared = await lookAt<Differing>(world, { ...found, devices }, options, (meant, text, redactor) => {
    const wanted = golden.get(meant.device)
    const seen = readSections(text, meant.platform)
    if (wanted === undefined || 'problem' in wanted) throw new Error(`${meant.device} has no golden configuration`)
    if ('problem' in seen)
      return { failed: 'device-config-unreadable', detail: `in line ${seen.line}: ${seen.problem}` }
    return { differences: redactor.value(compareConfigurations(wanted, seen, meant.platform)) }
  })
  return { devices: compared }
}

const noGolden = (device: string): Diagnostic =>
  reportDevice('golden-missing', {
    subject: `NetworkDevice/${device}`,
    summary: `${device} has no golden configuration`,
  })

interface MeantDevice {
  readonly device: string
  readonly platform: Platform
  readonly target: Target
  readonly spec: NetworkDeviceSpec
}

interface Meant {
  readonly estate: EstateAt
  readonly devices: readonly MeantDevice[]
}

async function meantDevices(world: World, options: DeviceOptions): Promise<Meant | Refused> {
  const estate = await loadMeant(world, options.commit)
  if (hasErrors(estate.diagnostics)) return { refused: estate.diagnostics.filter((d) => d.severity === 'error') }
  const { graph } = estate
  const names = graph.ofKind('NetworkDevice').map((d) => d.document.metadata.name)
  const unknown = options.devices.filter((device) => !names.includes(device))
  if (unknown.length > 0) return { refused: unknown.map((device) => unknownDevice(device, names)) }
  const wanted = options.devices.length === 0 ? names : [...new Set(options.devices)]
  const broken = estate.compile
    .diagnostics([])
    .filter((d) => d.severity === 'error' && wanted.some((device) => d.subject === `NetworkDevice/${device}`))
  if (broken.length > 0) return { refused: broken }
  return { estate, devices: wanted.flatMap((device) => meantDevice(graph, device) ?? []) }
}

function unknownDevice(device: string, names: readonly string[]): Diagnostic {
  const near = nearest(device, names)
  return report('document-unknown', {
    summary: `there is no network device ${JSON.stringify(device)}`,
    ...(near !== undefined && { hint: `did you mean ${near}?` }),
  })
}

/** A device as a graph has it; undefined where it has none of the name. */
function meantDevice(graph: Graph, device: string): MeantDevice | undefined {
  const document = graph.documents.get(`NetworkDevice/${device}`)
  if (document === undefined) return undefined
  const spec = specOf<NetworkDeviceSpec>(document)
  const platform = graph.documents.get(`NetworkPlatform/${spec.platform.replace(/^.*\//, '')}`)
  if (platform === undefined) return undefined
  const jump = spec.ssh?.jump === undefined ? undefined : targetsOf(graph).get(spec.ssh.jump.replace(/^.*\//, ''))
  return {
    device,
    platform: readPlatform(specOf<NetworkPlatformSpec>(platform)),
    spec,
    target: {
      host: device,
      address: spec.address,
      port: spec.ssh?.port ?? 22,
      user: spec.ssh?.user ?? 'plumbline',
      hostKeys: spec.hostKeys ?? [],
      ...(jump !== undefined && { jump }),
      sudo: false,
      root: '',
      transport: 'ssh',
    },
  }
}

const specOf = <Spec>(document: LoadedDocument): Spec => document.document.spec as unknown as Spec

/** Everything that decides where something is sent, and what. */
const wayOf = ({ target, platform, spec }: MeantDevice): string =>
  canonicalJson({ target, platform: platform.spec, ssh: spec.ssh ?? null } as unknown as Parameters<
    typeof canonicalJson
  >[0])

type Look<Result> = (meant: MeantDevice, text: string, redactor: Redactor) => Result | DeviceFailure

async function lookAt<Result extends object>(
  world: World,
  { estate, devices }: Meant,
  options: DeviceOptions,
  use: Look<Result>,
): Promise<readonly (OfDevice & (Result | { readonly failure: Diagnostic }))[]> {
  const agreed = options.unmerged === true && world.unattended !== true ? 'all' : await mergedEstate(world)
  const limit = pLimit(limits.concurrency)
  world.emit({ type: 'observing', hosts: devices.length })
  let done = 0
  return Promise.all(
    devices.map((meant) =>
      limit(async () => {
        const about = { device: meant.device, address: meant.spec.address }
        const looked = await lookAtOne(world, estate, meant, agreed, use)
        const of: OfDevice = { ...about, at: world.clock.now().toISOString() }
        done += 1
        const ok = !('failed' in looked)
        world.emit({ type: 'observed', host: meant.device, ok, done, of: devices.length })
        return 'failed' in looked ? { ...of, failure: told(meant, looked as DeviceFailure) } : { ...of, ...looked }
      }),
    ),
  )
}

async function lookAtOne<Result extends object>(
  world: World,
  estate: EstateAt,
  meant: MeantDevice,
  agreed: EstateAt | 'all' | undefined,
  use: Look<Result>,
): Promise<Result | DeviceFailure> {
  const merged = agreed === 'all' || agreed === undefined ? undefined : meantDevice(agreed.graph, meant.device)
  if (agreed !== 'all' && (merged === undefined || wayOf(merged) !== wayOf(meant)))
    return {
      failed: 'device-not-agreed',
      detail:
        merged === undefined ? 'it is not merged yet' : 'its address, login or platform is another than what is merged',
    }
  // The encrypted values are those that were agreed to, too.
  const passwords = await passwordsOf(world, agreed === 'all' || agreed === undefined ? estate : agreed, meant)
  if ('failed' in passwords) return passwords
  const redactor = createRedactor(Object.values(passwords))
  const terminal = await (await world.devices()).openTerminal(meant.target, {
    connect: limits.connectMs,
    talk: (meant.platform.spec.timeout ?? limits.talkSeconds) * 1000,
    ...(passwords.login !== undefined && { password: passwords.login }),
  })
  if ('failed' in terminal) return redactor.value({ failed: failures[terminal.failed], detail: terminal.detail })
  try {
    const shown = await runningConfiguration(terminal, meant.platform, passwords.enable)
    return 'failed' in shown ? redactor.value(shown) : use(meant, shown.text, redactor)
  } finally {
    await terminal.close()
  }
}

const failures: Readonly<Record<SessionFailure['failed'], DeviceFailure['failed']>> = {
  'host-unreachable': 'device-unreachable',
  'host-key-unknown': 'device-key-unknown',
  'host-key-mismatch': 'device-key-mismatch',
  'auth-failed': 'device-login-refused',
  'sudo-refused': 'device-login-refused',
  'no-shell': 'device-no-terminal',
  deadline: 'device-deadline',
}

const told = ({ device }: MeantDevice, { failed, detail }: DeviceFailure): Diagnostic =>
  reportDevice(failed, { host: device, subject: `NetworkDevice/${device}`, summary: `${device}: ${detail}` })

/** What is merged; undefined where nothing is. */
async function mergedEstate(world: World): Promise<EstateAt | undefined> {
  const tip = await targetTip(world, await targetBranch(world))
  return tip === undefined ? undefined : loadCommit(world, tip)
}

interface Passwords {
  readonly login?: string
  readonly enable?: string
}

async function passwordsOf(world: World, estate: EstateAt, { spec }: MeantDevice): Promise<Passwords | DeviceFailure> {
  const named = { login: spec.ssh?.password?.secret, enable: spec.ssh?.enablePassword?.secret }
  const references = [...new Set(Object.values(named).flatMap((reference) => reference ?? []))]
  if (references.length === 0) return {}
  const answers = await (await world.secrets()).resolve(
    references.map((reference) => {
      const sealed = estate.compile.sealed(reference)
      return { reference, ...(sealed !== undefined && { sealed }) }
    }),
  )
  const passwords: { login?: string; enable?: string } = {}
  for (const use of ['login', 'enable'] as const) {
    const reference = named[use]
    if (reference === undefined) continue
    const answer = answers.get(reference) ?? { problem: 'nobody knows it' }
    if ('problem' in answer)
      return { failed: 'device-secret-missing', detail: `the secret ${reference} can't be had here: ${answer.problem}` }
    // A line break would make a command of what comes after it.
    const value = answer.value.replace(/\r?\n$/, '')
    if (/[\p{Cc}]/u.test(value))
      return { failed: 'device-secret-missing', detail: `the secret ${reference} has a control character in it` }
    passwords[use] = value
  }
  return passwords
}
