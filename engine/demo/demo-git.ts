import { GitProcess } from '../adapters/git/git-process.ts'
import { openRepository } from '../adapters/git/git-repository.ts'
import type { Player } from './cast.ts'
import type { DemoFolder } from './demo-folder.ts'
import type { Stage } from './stage.ts'

/** An empty repository with its remote beside it. */
export async function startRepository({ path, estate, origin }: DemoFolder): Promise<void> {
  await new GitProcess(path).output(['init', '--quiet', '--bare', '--initial-branch=main', origin])
  const git = new GitProcess(estate)
  await git.output(['init', '--quiet', '--initial-branch=main'])
  await git.output(['remote', 'add', 'origin', origin])
}

/** Whose hands are on the keyboard. Signing by git itself is left to `leaveSigning`, since it takes ssh-keygen. */
export async function configureIdentity(dir: string, who: Player, keyFile: string): Promise<void> {
  const settings = {
    'user.name': who.fullName,
    'user.email': who.email,
    'user.signingkey': keyFile,
    'gpg.format': 'ssh',
    'commit.gpgsign': 'false',
  }
  const git = new GitProcess(dir)
  for (const [name, value] of Object.entries(settings)) await git.output(['config', name, value])
}

/** From here on git signs every commit, as the person configured. */
export async function leaveSigning(dir: string): Promise<void> {
  const git = new GitProcess(dir)
  await git.output(['config', 'gpg.ssh.program', 'ssh-keygen'])
  await git.output(['config', 'commit.gpgsign', 'true'])
}

/** What `git add -A && git commit -S` does, signed in this process: it takes no ssh-keygen. */
export async function commitSigned(dir: string, who: Player, message: string): Promise<string> {
  const git = new GitProcess(dir)
  await git.output(['add', '--all'])
  const tree = await git.line(['write-tree'])
  const head = await git.run(['rev-parse', '--verify', '--quiet', 'HEAD'])
  const repository = await openRepository(dir)
  try {
    const id = await repository.writeCommit({
      tree,
      parents: head.code === 0 ? [head.stdout.toString().trim()] : [],
      author: { name: who.fullName, email: who.email, at: new Date().toISOString() },
      message: `${message}\n`,
      signer: who.signer,
    })
    await git.output(['update-ref', 'HEAD', id])
    return id
  } finally {
    repository.close()
  }
}

/** Merges a branch into main and pushes it, as anybody may: what counts is what was approved. */
export async function mergeBranch(stage: Stage, dir: string, branch: string): Promise<void> {
  stage.typed(`git switch main && git merge --no-ff ${branch} && git push`)
  const git = new GitProcess(dir)
  await git.output(['switch', '--quiet', 'main'])
  await git.output(['merge', '--quiet', '--no-ff', '--no-edit', branch])
  await git.output(['push', '--quiet', 'origin', 'main'])
  stage.print(await git.line(['log', '-1', '--format=%h %s']))
}
