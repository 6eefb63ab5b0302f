import type { GitContext } from '../git/context.ts'
import { forgeError } from './codes.ts'
import {
  type Folder,
  type KeptAccess,
  type KeptCheck,
  type KeptIssue,
  type KeptRequest,
  largestDocument,
  readDocument,
} from './git-forge-documents.ts'

/** Everything that is kept of pull requests, at one commit. */
export interface ForgeState {
  /** By number. */
  readonly requests: ReadonlyMap<number, KeptRequest>
  readonly issues: ReadonlyMap<number, KeptIssue>
  /** By commit. */
  readonly checks: ReadonlyMap<string, readonly KeptCheck[]>
  /** Undefined where nothing is said of it. */
  readonly access: KeptAccess | undefined
  /** Documents by their folder and the id of their blob: what did not change is not read again. */
  readonly documents: ReadonlyMap<string, unknown>
  /** Of all documents together. */
  readonly bytes: number
}

const mostDocuments = 20_000
const mostBytes = 128_000_000

/** Refuses what would make all of it too large to be read again. Throws `forge-unfit`. */
export function checkRoom(state: ForgeState, texts: readonly (readonly [string, string | null])[]): void {
  const bytes = texts.reduce((sum, [, text]) => sum + Buffer.byteLength(text ?? ''), state.bytes)
  if (bytes > mostBytes || state.requests.size + state.issues.size + state.checks.size + texts.length >= mostDocuments)
    throw forgeError('forge-unfit', 'the remote keeps as much of pull requests as it may')
}

/** Reads all of it, or nothing: a document that can't be read may be the one that objects. Throws `forge-unreadable`. */
export async function readState(
  context: GitContext,
  tip: string | undefined,
  before?: Pick<ForgeState, 'documents'>,
): Promise<ForgeState> {
  const requests = new Map<number, KeptRequest>()
  const issues = new Map<number, KeptIssue>()
  const checks = new Map<string, readonly KeptCheck[]>()
  const documents = new Map<string, unknown>()
  let access: KeptAccess | undefined
  let bytes = 0
  for (const { path, id, size } of tip === undefined ? [] : await listed(context, tip)) {
    bytes += size
    const [, folder = '', name = ''] = /^(\w+)(?:\/(\w+))?\.json$/.exec(path) ?? []
    // The same bytes may be sound in one folder and not in another.
    const key = `${folder} ${id}`
    const document = before?.documents.get(key) ?? (await read(context, folder as Folder, path, id))
    documents.set(key, document)
    if (folder === 'access') access = document as KeptAccess
    else if (folder === 'checks') checks.set(name, document as readonly KeptCheck[])
    else {
      const number = Number(name)
      if ((document as KeptRequest | KeptIssue).number !== number)
        throw forgeError('forge-unreadable', `${path} of the remote's pull requests has another number`)
      if (folder === 'requests') requests.set(number, document as KeptRequest)
      else issues.set(number, document as KeptIssue)
    }
  }
  for (const number of issues.keys())
    if (requests.has(number)) throw forgeError('forge-unreadable', `the remote has two threads of number ${number}`)
  const byNumber = ([a]: readonly [number, unknown], [b]: readonly [number, unknown]) => a - b
  return { requests: new Map([...requests].sort(byNumber)), issues, checks, access, documents, bytes }
}

async function read(context: GitContext, folder: Folder, path: string, id: string): Promise<unknown> {
  const blob = await context.reader.read(id)
  if (blob?.type !== 'blob') throw forgeError('forge-unreadable', `${path} of the remote's pull requests is missing`)
  return readDocument(folder, path, blob.data)
}

const paths = /^(?:access|(?:requests|issues)\/[1-9]\d{0,8}|checks\/(?:[0-9a-f]{40}|[0-9a-f]{64}))\.json$/

/** What there is and how large it is, before any of it is read. */
async function listed(context: GitContext, tip: string) {
  const args = ['ls-tree', '-r', '-z', '--long', '--full-tree', '--end-of-options', tip]
  const result = await context.git.run(args)
  if (result.code !== 0) throw forgeError('forge-unreadable', "the remote's pull requests are in no commit")
  const entries = result.stdout.toString().split('\0').filter(Boolean)
  if (entries.length > mostDocuments)
    throw forgeError('forge-unreadable', `the remote keeps more than ${mostDocuments} documents of pull requests`)
  let sum = 0
  return entries.map((entry) => {
    const [, id = '', size = '', path = ''] = /^100644 blob ([0-9a-f]+) +(\d+)\t(.*)$/s.exec(entry) ?? []
    if (!paths.test(path)) throw forgeError('forge-unreadable', 'the remote keeps what is no document of pull requests')
    sum += Number(size)
    if (Number(size) > largestDocument || sum > mostBytes)
      throw forgeError('forge-unreadable', `${path} of the remote's pull requests is too large`)
    return { path, id, size: Number(size) }
  })
}
