import type { Sha256 } from '../model/canonical.ts'
import type { RecordTypeDocument } from '../model/declared-record.ts'
import type { JsonObject } from '../model/document.ts'
import type { DocumentCache } from '../model/document-cache.ts'
import type { StatementSort, VerifiedEnvelope } from '../model/dsse.ts'
import type { Emit } from '../model/event.ts'
import type { Kinds } from '../model/kind.ts'
import type { Plan } from '../model/plan.ts'
import type { Practice } from '../model/practice.ts'
import type { Envelope, LockHolder } from '../model/record.ts'
import type { ResourceType } from '../model/resource.ts'
import type { VerifySignature } from '../model/ssh-key.ts'
import type { Clock } from '../ports/clock.ts'
import type { DeviceConnector } from '../ports/device-terminal.ts'
import type { EventStore } from '../ports/event-store.ts'
import type { Files, WorkState } from '../ports/files.ts'
import type { Folder } from '../ports/folder.ts'
import type { Forge, ReviewSource } from '../ports/forge.ts'
import type { HostConnector, SessionFailure } from '../ports/host-session.ts'
import type { Inbox } from '../ports/inbox.ts'
import type { Journal } from '../ports/journal.ts'
import type { KeptText } from '../ports/kept-text.ts'
import type { Ledger } from '../ports/ledger.ts'
import type { Machine } from '../ports/machine.ts'
import type { Mailbox } from '../ports/mailbox.ts'
import type { Channel, Notifier } from '../ports/notifier.ts'
import type { Reach } from '../ports/reach.ts'
import type { RecordIndex } from '../ports/record-index.ts'
import type { Repository, Signer } from '../ports/repository.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { Store } from '../ports/store.ts'
import type { Listen } from '../ports/web-server.ts'
import type { Validator } from '../schema/validator.ts'
import type { EstateAt } from './estate-at.ts'
import type { Moment } from './moment.ts'

export interface ShownHostKey {
  /** `ssh-ed25519 AAAA…` */
  readonly key: string
  /** `SHA256:…`, as ssh-keygen prints it. */
  readonly fingerprint: string
}

/** What this machine knows of the mail that it gets and sends. */
export interface MailRules {
  /** The authserv-id of the server that vouches for senders (RFC 8601); nobody is vouched for where it is not said. */
  readonly authServer?: string
  /** Whom our mails are from, in small letters: what it gets from itself is a loop. */
  readonly own?: string
}

/** Everything the pipeline needs from outside, wired by `main.ts`. Ports that cost something to open are opened when first asked for. */
export interface World {
  /** Root of the estate: the folder of `plumbline.yaml`. */
  readonly root: string
  readonly engineVersion: string
  /** Nobody sits at it: it runs as a job or a server, with keys that are not those of whoever wrote what it reads. */
  readonly unattended?: boolean
  readonly clock: Clock
  readonly sha256: Sha256
  readonly uuid: () => string
  /** The kinds that come with the engine. */
  readonly kinds: Kinds
  readonly types: ReadonlyMap<string, ResourceType>
  readonly practices: readonly Practice[]
  /** Types of records that come with the engine, by name. */
  readonly recordTypes: ReadonlyMap<string, RecordTypeDocument>
  /** Compiled validators of the built-in kinds, by kind. */
  readonly validators: () => Promise<ReadonlyMap<string, Validator>>
  /** Whether they accept a document: the same answers in a fraction of the code, for the most are as they should be. */
  readonly quickValidators: () => Promise<ReadonlyMap<string, (document: unknown) => boolean>>
  /** Schemas that kinds share, by their urn. */
  readonly fragments: ReadonlyMap<string, JsonObject>
  readonly repository: () => Promise<Repository>
  readonly ledger: () => Promise<Ledger>
  readonly journal: () => Promise<Journal>
  /** What was seen of hosts: can be thrown away. */
  readonly store: () => Promise<Store>
  /** Records of declared types as lists need them: can be thrown away, and is made again from the ledger. */
  readonly recordIndex: () => Promise<RecordIndex>
  readonly connector: () => Promise<HostConnector>
  /** Terminals on network devices. */
  readonly devices: () => Promise<DeviceConnector>
  /** Hooks that were accepted and are still to be looked after. */
  readonly inbox: () => Promise<Inbox>
  /** What was heard of conditions: can be thrown away. */
  readonly eventStore: () => Promise<EventStore>
  /** Messages to people that are still to be sent. */
  readonly outbox: () => Promise<Inbox>
  /** A way to tell people something; undefined where this machine is not set up for it. `name` is that of a webhook. */
  readonly notifier: (channel: Channel, name?: string) => Promise<Notifier | undefined>
  /** A file or Maildir that the user names; the one of this machine where none is named, undefined where it has none. */
  readonly mailbox: (path?: string) => Promise<Mailbox | undefined>
  /** How mail that comes in is to be taken. */
  readonly mailRules: MailRules
  readonly listen: Listen
  readonly reach: Reach
  /** What reviews say: a file of facts, or the forge itself; undefined where nobody asked for them. */
  readonly reviews: () => Promise<ReviewSource | undefined>
  /** Where changes are proposed and reviewed; undefined where the estate has no remote. */
  readonly forge: () => Promise<Forge | undefined>
  /** Values of secrets, on this machine: only apply asks for them. */
  readonly secrets: () => Promise<Secrets>
  /** Key of this engine: signs every record but approvals. */
  readonly engineSigner: () => Promise<Signer>
  /** Key of the person at the keyboard: signs approvals and commits. */
  readonly personSigner: () => Promise<Signer>
  readonly verifySignature: VerifySignature
  readonly verifyEnvelope: <Sort extends StatementSort>(sort: Sort, envelope: Envelope) => VerifiedEnvelope<Sort>
  /** `SHA256:…` of a public key in authorized_keys form. */
  readonly fingerprint: (publicKey: string) => string | undefined
  /** Files of the working folder, below the estate's root. */
  readonly workFiles: (state?: WorkState) => Promise<Files>
  /** What git says of the working folder; undefined where the estate is not the whole of a repository with a commit. */
  readonly workState: () => Promise<WorkState | undefined>
  /** A text that is kept in this clone for the next run of this version of the engine. */
  readonly verdict: () => Promise<KeptText>
  /** Files of a commit or tree, below the estate's root. */
  readonly treeFiles: (treeish: string) => Promise<Files>
  /** Asks a host for its public keys, without logging in. */
  readonly fetchHostKeys: (
    address: string,
    port: number,
    deadline: number,
  ) => Promise<readonly ShownHostKey[] | SessionFailure>
  /** Everything that a directory of people has of users and groups, as it answers over SCIM 2.0; or why it could not be had. */
  readonly directory: (
    address: string,
  ) => Promise<{ readonly answers: readonly unknown[] } | { readonly failure: string }>
  readonly emit: Emit
  readonly folder: Folder
  /** Text of a file that the user names; undefined where there is none. */
  readonly readIfThere: (path: string) => Promise<string | undefined>
  readonly savePlan: (path: string, plan: Plan) => Promise<void>
  /** Text of a file outside the estate, such as an allowed_signers file. */
  readonly readText: (path: string) => Promise<string>
  /** Writes a file that the user names; its folder has to be there. */
  readonly writeText: (path: string, text: string) => Promise<void>
  /** Writes files, by their names, into a folder that the user names; it is made where it is not there. */
  readonly writeFiles: (folder: string, files: ReadonlyMap<string, string>) => Promise<void>
  /** Estates that this command has read, by what they were read from; `loadCommit` keeps the newest few. */
  readonly estates: Map<string, Promise<EstateAt>>
  /** Parsed documents of earlier runs, by blob. */
  readonly documentCache: () => Promise<DocumentCache>
  /** What this machine and this clone bring along. */
  readonly machine: () => Promise<Machine>
  /** This process, as a lock names its holder; and whether another holder is seen to have died. */
  readonly process: Pick<LockHolder, 'by' | 'machine' | 'pid' | 'started'>
  readonly hasDied: (holder: LockHolder) => boolean
  /** Set where commands see the estate as it was: hosts are not looked at then, and nothing is written. */
  readonly asOf?: Moment
  /** True once somebody asked to stop. */
  readonly stopping: () => boolean
  /** Lets time pass; ends early once somebody asked to stop. */
  readonly wait: (milliseconds: number) => Promise<void>
}
