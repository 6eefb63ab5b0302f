import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import type { FileDocumentCache } from './adapters/cache/document-cache.ts'
import type { GitContext } from './adapters/git/context.ts'
import type { OpenOptions } from './cli/context.ts'
import { kinds as builtinKinds, fragments } from './generated/kinds.ts'
import { recordTypes } from './generated/record-types.ts'
import { practices, resourceTypes } from './generated/registry.ts'
import { verifyEnvelope } from './model/dsse.ts'
import { canonicalSshKey, sshFingerprint } from './model/ssh-key.ts'
import { codes } from './pipeline/codes.ts'
import { estateFile } from './pipeline/estate-file.ts'
import type { MailRules, World } from './pipeline/world.ts'
import type { Clock } from './ports/clock.ts'
import type { Files } from './ports/files.ts'
import type { Folder } from './ports/folder.ts'
import type { Forge } from './ports/forge.ts'
import type { Mailbox } from './ports/mailbox.ts'
import type { Channel, Notifier } from './ports/notifier.ts'
import { RepositoryError, type Signer } from './ports/repository.ts'

export interface WorldOptions extends OpenOptions {
  /** The time of this machine where not given: a quarter can be told in a minute. */
  readonly clock?: Clock
  readonly version: string
  /** Folder the user stands in. */
  readonly start: string
  /** Environment: keys, agent, configuration folder. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The world, and the end of it. */
export interface OpenedWorld extends World {
  close(): Promise<void>
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
const fingerprint = (key: string): string | undefined => sshFingerprint(sha256, key)

/** Wires adapters, resources and practices: the only file that does. What costs something is opened when first asked for. */
export async function openWorld(options: WorldOptions): Promise<OpenedWorld> {
  const root = estateRoot(options)
  if (options.create === true) await mkdir(root, { recursive: true })
  const closers: (() => Promise<void> | void)[] = []
  let stop = false
  const onSignal = (): void => {
    stop = true
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  closers.push(() => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal))
  const [{ verifySshSignature }, { thisProcess, hasDied }, { networkReach: reach }, folder] = await Promise.all([
    import('./adapters/signing/ssh-signature.ts'),
    import('./adapters/process/this-process.ts'),
    import('./adapters/reach/network-reach.ts'),
    folderOf(root),
  ])
  const context = once(async () => (await import('./adapters/git/context.ts')).openContext(root))
  const online = once(async () => askRemote(options, context))
  const repository = once(async () => {
    const { openRepository } = await import('./adapters/git/git-repository.ts')
    await online()
    const opened = await openRepository(root, { context: await context() })
    closers.push(() => opened.close())
    return opened
  })
  const documentCache = once(async () => {
    const { openDocumentCache } = await import('./adapters/cache/document-cache.ts')
    const cache = openDocumentCache(join((await repository()).commonDir, 'plumbline', 'cache'), options.version)
    closers.push(() => cache.save())
    return cache
  })
  const clock = options.clock ?? { now: () => new Date() }
  const forge = once(async () => {
    const github = await githubForge(options.env, context)
    if (github !== undefined) return github
    const { openGitForge } = await import('./adapters/forge/git-forge.ts')
    return openGitForge(await context(), clock)
  })
  return {
    root,
    engineVersion: options.version,
    unattended: options.reviews === 'forge' || options.env['GITHUB_ACTIONS'] === 'true',
    clock,
    sha256,
    fingerprint,
    uuid: randomUUID,
    kinds: builtinKinds,
    types: resourceTypes,
    practices,
    recordTypes,
    fragments,
    validators: once(async () => (await import('./generated/validators.js')).validators),
    quickValidators: once(async () => (await import('./generated/quick-validators.js')).validators),
    repository,
    ledger: once(async () => {
      const { openRememberingLedger } = await import('./adapters/git/remembering-ledger.ts')
      const ledger = await openRememberingLedger(root, 'ledger', { ask: await online(), context: await context() })
      closers.push(() => ledger.close())
      return ledger
    }),
    journal: once(async () => {
      const { openFileJournal } = await import('./adapters/journal/file-journal.ts')
      return openFileJournal(join((await repository()).commonDir, 'plumbline', 'journal'))
    }),
    recordIndex: once(async () => {
      const { openRecordIndex } = await import('./adapters/store/record-index.ts')
      const index = openRecordIndex(join((await repository()).commonDir, 'plumbline', 'store'))
      closers.push(() => index.close())
      return index
    }),
    store: once(async () => {
      const { openEmbeddedStore } = await import('./adapters/store/embedded-store.ts')
      const store = openEmbeddedStore(join((await repository()).commonDir, 'plumbline', 'store'))
      closers.push(() => store.close())
      return store
    }),
    inbox: once(async () => {
      const { openEmbeddedInbox } = await import('./adapters/inbox/embedded-inbox.ts')
      const inbox = openEmbeddedInbox(join((await repository()).commonDir, 'plumbline', 'inbox'))
      closers.push(() => inbox.close())
      return inbox
    }),
    eventStore: once(async () => {
      const { openEventStore } = await import('./adapters/store/event-store.ts')
      const folder = join((await repository()).commonDir, 'plumbline', 'store')
      const events = openEventStore(folder, clock.now().getTime())
      closers.push(() => events.close())
      return events
    }),
    outbox: once(async () => {
      const { openEmbeddedInbox } = await import('./adapters/inbox/embedded-inbox.ts')
      const outbox = openEmbeddedInbox(join((await repository()).commonDir, 'plumbline', 'outbox'), 5_000)
      closers.push(() => outbox.close())
      return outbox
    }),
    notifier: (channel, name) => notifierFor(options.env, forge, channel, name),
    mailbox: (path) => mailboxFor(options, path),
    mailRules: mailRulesOf(options.env),
    listen: async (at, services) => (await import('./adapters/http/web-server.ts')).listen(at, services),
    connector: once(async () => {
      const connector = await hostConnector(options.env)
      closers.push(() => connector.close())
      return connector
    }),
    devices: once(async () => {
      const { Ssh2Connector } = await import('./adapters/ssh/ssh2-connector.ts')
      const agent = options.env['SSH_AUTH_SOCK']
      const connector = new Ssh2Connector({
        keyFiles: identityFiles(options.env),
        ...(agent !== undefined && { agent }),
      })
      closers.push(() => connector.close())
      return connector
    }),
    reviews: once(async () => {
      if (options.reviews === 'forge') return forge()
      if (options.reviews === undefined) return undefined
      const { openFileForge } = await import('./adapters/forge/file-forge.ts')
      return openFileForge(await readText(resolve(options.start, options.reviews.file)), options.reviews.file)
    }),
    forge,
    reach,
    secrets: once(async () => (await import('./adapters/secrets/machine-secrets.ts')).machineSecrets(options.env)),
    engineSigner: once(async () => {
      const { loadOrCreateEngineKey } = await import('./adapters/signing/engine-key.ts')
      return (await loadOrCreateEngineKey(options.env)).signer
    }),
    machine: async () => {
      const [{ thisClone }, { engineKeyPath }] = await Promise.all([
        import('./adapters/git/this-clone.ts'),
        import('./adapters/signing/engine-key.ts'),
      ])
      const { env } = options
      const has = (name: string): boolean => (env[name] ?? '') !== ''
      return {
        ...(await thisClone(await context())),
        login: has('SSH_AUTH_SOCK') || identityFiles(env).length > 0,
        engineKey: has('PLUMBLINE_ENGINE_KEY') || existsSync(engineKeyPath(env)),
      }
    },
    personSigner: once(() =>
      personSigner(root, options.key === undefined ? undefined : keyPath(options.start, options.key), options.env),
    ),
    verifySignature: verifySshSignature,
    verifyEnvelope: (sort, envelope) => verifyEnvelope(sort, envelope, verifySshSignature, fingerprint),
    // Where nothing is checked out, the newest commit stands for the working folder.
    workFiles: async (state) =>
      (await context()).bare
        ? (await import('./adapters/files/tree-files.ts')).treeFiles(await repository(), 'HEAD')
        : parsedAhead(
            root,
            await (await import('./adapters/files/work-files.ts')).workFiles(root, state),
            documentCache,
          ),
    workState: async () => (await import('./adapters/files/work-files.ts')).workState(root),
    verdict: once(async () => {
      const { openKeptText } = await import('./adapters/cache/kept-text.ts')
      return openKeptText(join((await repository()).commonDir, 'plumbline', 'cache', 'verdict'), options.version)
    }),
    treeFiles: async (treeish) =>
      (await import('./adapters/files/tree-files.ts')).treeFiles(await repository(), treeish),
    estates: new Map(),
    documentCache,
    fetchHostKeys: async (address, port, deadline) =>
      (await import('./adapters/ssh/host-key.ts')).fetchHostKeys(address, port, deadline),
    directory: async (address) =>
      (await import('./adapters/scim/fetch-scim.ts')).directoryAt(address, options.env['PLUMBLINE_SCIM_TOKEN']),
    readIfThere: (path) => readIfThere(resolve(options.start, path)),
    savePlan: (path, plan) => writeText(resolve(options.start, path), `${JSON.stringify(plan, null, 2)}\n`),
    readText: (path) => readText(resolve(options.start, path)),
    writeText: (path, text) => writeText(resolve(options.start, path), text),
    writeFiles: async (folder, files) => {
      const into = resolve(options.start, folder)
      await makeFolder(into)
      for (const [name, text] of files) await writeText(join(into, name), text)
    },
    folder,
    emit: options.emit ?? (() => undefined),
    process: thisProcess(),
    hasDied,
    stopping: () => stop,
    wait: (milliseconds) => waitUnless(() => stop, milliseconds),
    close: async () => {
      for (const close of closers.splice(0).reverse()) await close()
    },
  }
}

/** Fewer files are parsed before a thread has started. */
const parseAheadFrom = 2_000

/** The same files, which threads help to parse: only in the built command, of which the program of a thread is a file of its own. */
function parsedAhead(root: string, files: Files, cache: () => Promise<FileDocumentCache>): Files {
  const program = new URL('../parse-worker.js', import.meta.url)
  return {
    ...files,
    async parseAhead(entries, limits) {
      if (entries.length < parseAheadFrom || !existsSync(program)) return
      const [{ parseAhead }, { cleanDocuments }] = await Promise.all([
        import('./adapters/files/parse-ahead.ts'),
        import('./load/parse-file.ts'),
      ])
      const parse = (bytes: Uint8Array) => cleanDocuments(bytes, limits)
      await parseAhead({ root, entries, limits, cache: await cache(), parse, program, from: parseAheadFrom })
    },
  }
}

async function folderOf(root: string): Promise<Folder> {
  const { estateFolder, unwritableFolder } = await import('./adapters/folder/estate-folder.ts')
  return isBareRepository(root) ? unwritableFolder(root) : estateFolder(root)
}

/** What `git clone --bare` makes: git's own files and no work tree, so that no `plumbline.yaml` lies there. */
function isBareRepository(folder: string): boolean {
  return basename(folder) !== '.git' && ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(folder, name)))
}

/** Lets time pass, or ends early; a signal is noticed within a fifth of a second. */
async function waitUnless(stopping: () => boolean, milliseconds: number): Promise<void> {
  const until = performance.now() + milliseconds
  for (let left = milliseconds; left > 0 && !stopping(); left = until - performance.now())
    await new Promise((resolve) => setTimeout(resolve, Math.min(left, 200)))
}

/** The nearest folder upwards that holds an estate. */
function estateRoot(options: WorldOptions): string {
  const from = resolve(options.start, options.directory ?? '.')
  if (options.create === true) return from
  // Else a folder that was misspelt would mean the estate around it.
  if (!existsSync(from))
    throw new RepositoryError('file-missing', `there is no folder ${from}`, codes['file-missing'].fix)
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, estateFile)) || isBareRepository(folder)) return folder
    if (folder === dirname(folder)) break
  }
  if (options.estateOptional === true) return from
  throw new RepositoryError('no-estate', `there is no ${estateFile} in ${from} or above it`, codes['no-estate'].fix)
}

/** Brings what the remote has, where the command wants it; false where it goes on with what this clone knows. */
async function askRemote(options: WorldOptions, context: () => Promise<GitContext>): Promise<boolean> {
  const network = options.network ?? 'no'
  if (network === 'no') return false
  const { openRepository } = await import('./adapters/git/git-repository.ts')
  const repository = await openRepository(options.start, { context: await context() })
  try {
    await repository.fetch()
    return true
  } catch (error) {
    if (network === 'must' || !(error instanceof RepositoryError) || error.code !== 'remote-unreachable') throw error
    const { code, message: summary } = error
    options.emit?.({
      type: 'diagnostic',
      diagnostic: { code, severity: 'warning', summary: `${summary}; going on with what this clone knows` },
    })
    return false
  }
}

/** GitHub, where the environment or the remote names a repository there. */
async function githubForge(env: WorldOptions['env'], context: () => Promise<GitContext>): Promise<Forge | undefined> {
  const { openGithubForge } = await import('./adapters/github/github-forge.ts')
  if ((env['GITHUB_REPOSITORY'] ?? '') !== '') return openGithubForge(env, undefined)
  const { remoteAddress } = await import('./adapters/git/remote.ts')
  return openGithubForge(env, await remoteAddress((await context()).git))
}

async function hostConnector(env: WorldOptions['env']) {
  const { TransportConnector } = await import('./adapters/ssh/transport-connector.ts')
  const { keepHeapSmall } = await import('./adapters/process/heap.ts')
  keepHeapSmall()
  const keyFiles = identityFiles(env)
  const password = env['PLUMBLINE_SUDO_PASSWORD']
  const sudo = password === undefined ? {} : { sudoPassword: async () => password }
  const agent = env['SSH_AUTH_SOCK']
  // What most hosts are reached by is loaded at once: whoever asks early has it while git still answers.
  const ssh2 = import('./adapters/ssh/ssh2-connector.ts')
  ssh2.catch(() => undefined) // Told to whoever needs it.
  return new TransportConnector({
    ssh: async () => {
      const { Ssh2Connector } = await ssh2
      return new Ssh2Connector({ keyFiles, ...(agent !== undefined && { agent }), ...sudo })
    },
    openssh: async () => {
      const { OpensshConnector } = await import('./adapters/ssh/openssh-connector.ts')
      return new OpensshConnector({
        ...(env['PLUMBLINE_SSH_KEY'] === undefined ? {} : { identityFiles: keyFiles }),
        ...sudo,
      })
    },
    local: async () => {
      const { LocalConnector } = await import('./adapters/local/local-connector.ts')
      return new LocalConnector(sudo)
    },
  })
}

/** A way to tell people something, as the environment has it. */
async function notifierFor(
  env: WorldOptions['env'],
  forge: () => Promise<Forge | undefined>,
  channel: Channel,
  name: string | undefined,
): Promise<Notifier | undefined> {
  const has = (variable: string): string | undefined => (env[variable] === '' ? undefined : env[variable])
  try {
    switch (channel) {
      case 'mail': {
        const [url, from] = [has('PLUMBLINE_SMTP_URL'), has('PLUMBLINE_MAIL_FROM')]
        if (url === undefined || from === undefined) return undefined
        return await (await import('./adapters/mail/smtp-notifier.ts')).smtpNotifier({ url, from })
      }
      case 'webhook': {
        const url = has(`PLUMBLINE_NOTIFY_${(name ?? '').toUpperCase().replaceAll('-', '_')}`)
        if (url === undefined) return undefined
        return (await import('./adapters/webhook/webhook-notifier.ts')).webhookNotifier(url)
      }
      case 'forge': {
        const opened = await forge()
        if (opened === undefined) return undefined
        return (await import('./adapters/forge/comment-notifier.ts')).commentNotifier(opened)
      }
    }
  } catch (error) {
    if (error instanceof RepositoryError || !(error instanceof Error)) throw error
    const { codes: told } = await import('./pipeline/notify/codes.ts')
    throw new RepositoryError('notification-channel', error.message, told['notification-channel'].fix)
  }
}

async function mailboxFor({ start, env }: WorldOptions, path: string | undefined): Promise<Mailbox | undefined> {
  const named = path ?? env['PLUMBLINE_MAILDIR']
  if (named === undefined || named === '') return undefined
  const { mailboxAt } = await import('./adapters/mail/maildir.ts')
  try {
    return await mailboxAt(resolve(start, named))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new RepositoryError('file-missing', `there is no ${named}`, codes['file-missing'].fix)
    throw error
  }
}

function mailRulesOf(env: WorldOptions['env']): MailRules {
  const [authServer, from] = [env['PLUMBLINE_MAIL_AUTHSERV_ID'] ?? '', env['PLUMBLINE_MAIL_FROM'] ?? '']
  const [, own = from] = /<([^<>]*)>\s*$/.exec(from) ?? []
  return {
    ...(authServer !== '' && { authServer: authServer.toLowerCase() }),
    ...(own !== '' && { own: own.trim().toLowerCase() }),
  }
}

/** Private keys to log in to hosts with: the one that is named, else those with the usual names. */
function identityFiles(env: WorldOptions['env']): string[] {
  const named = env['PLUMBLINE_SSH_KEY']
  if (named !== undefined && named !== '') return [named]
  const folder = join(homedir(), '.ssh')
  return ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(folder, name)).filter((path) => existsSync(path))
}

/** The key of the person at the keyboard: the one named, else what git signs with, else the usual files. */
async function personSigner(root: string, key: string | undefined, env: WorldOptions['env']): Promise<Signer> {
  const { fileSigner } = await import('./adapters/signing/signer.ts')
  const named = key ?? (await gitSigningKey(root))
  if (named === undefined) {
    const [first] = identityFiles(env)
    if (first !== undefined) return fileSigner(first)
    throw new RepositoryError(
      'signing-key-missing',
      'no SSH key to sign with is known',
      'name one with --key, or set git config user.signingkey',
    )
  }
  const literal = canonicalSshKey(named.startsWith('key::') ? named.slice(5) : named)
  const publicKey = literal ?? (named.endsWith('.pub') ? canonicalSshKey(await readText(named)) : undefined)
  if (publicKey === undefined) return fileSigner(named.replace(/^~(?=\/)/, homedir()))
  // git is often told the public half of a key whose private half lies beside it.
  const beside = named.endsWith('.pub') ? named.slice(0, -'.pub'.length) : undefined
  if (beside !== undefined && existsSync(beside)) return fileSigner(beside)
  const { agentSigner } = await import('./adapters/signing/agent.ts')
  return agentSigner(publicKey)
}

/** A path is meant from where the user stands; a key in full is taken as it is. */
const keyPath = (start: string, key: string): string => (canonicalSshKey(key) === undefined ? resolve(start, key) : key)

async function gitSigningKey(root: string): Promise<string | undefined> {
  const { GitProcess } = await import('./adapters/git/git-process.ts')
  const { code, stdout } = await new GitProcess(root).run(['config', '--get', 'user.signingkey'])
  const value = stdout.toString().trim()
  return code === 0 && value !== '' ? value : undefined
}

async function readIfThere(path: string): Promise<string | undefined> {
  return existsSync(path) ? readText(path) : undefined
}

/** A file that somebody named on the command line. */
async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new RepositoryError('file-missing', `${path} can't be read: ${reasonOf(error)}`, codes['file-missing'].fix)
  }
}

async function writeText(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((error) => throwUnwritable(path, error))
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error) => throwUnwritable(path, error))
}

function throwUnwritable(path: string, error: unknown): never {
  const summary = `${path} can't be written: ${reasonOf(error)}`
  throw new RepositoryError('file-unwritable', summary, codes['file-unwritable'].fix)
}

const reasonOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error)

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => {
    made ??= make()
    return made
  }
}
