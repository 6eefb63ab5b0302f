import { type CodeBook, reporter } from '../../model/diagnostic.ts'
import { RepositoryError } from '../../ports/repository.ts'

export const codes = {
  'commit-failed': {
    severity: 'error',
    meaning: 'git would not make the first commit of a new estate.',
    fix: 'read what git said; where it can not sign, see git config user.signingkey and commit.gpgsign. Then commit by hand and run plumbline init again',
  },
  'folder-link': {
    severity: 'error',
    meaning: 'A file was to be written in the working folder where a symbolic link stands, or leads to.',
    fix: 'look where the link leads and who made it; then remove it',
  },
  'invalid-ref': {
    severity: 'error',
    meaning: 'The name is none that a commit, branch or tag can have, or git would take it for an option.',
    fix: 'name a branch, a tag, a commit id, or something like HEAD~2',
  },
  'protocol-forbidden': {
    severity: 'error',
    meaning: 'The address of the remote uses a transport that could run commands or can not be trusted.',
    fix: 'use ssh, https, file or a local path (http to this machine alone): git remote set-url origin <address>',
  },
  'repository-missing': {
    severity: 'error',
    meaning: 'The folder is not inside a git repository.',
    fix: 'go to the folder of the estate; where it is this one, run: git init -b main && git add . && git commit -m "First documents"',
  },
  'repository-untrusted': {
    severity: 'error',
    meaning: 'The repository belongs to another account, so git refuses to read it.',
    fix: 'if you trust it: git config --global --add safe.directory <folder>',
  },
  'repository-bare': {
    severity: 'error',
    meaning: 'The command writes files of the estate, and a bare clone has no folder for them.',
    fix: 'clone without --bare, and run it there',
  },
  'repository-shallow': {
    severity: 'error',
    meaning: 'The clone was cut off at some depth: approvals and records need the whole history.',
    fix: 'run: git fetch --unshallow (on a build server: fetch-depth: 0)',
  },
  'repository-corrupt': {
    severity: 'error',
    meaning: 'An object of the repository is missing or damaged.',
    fix: 'run: git fsck --full; then clone anew, or bring the objects back from another clone with: git fetch',
  },
  'repository-detached': {
    severity: 'error',
    meaning: 'No branch is checked out.',
    fix: 'run: git switch <branch>, or git switch -c <new-branch>',
  },
  'repository-empty': {
    severity: 'error',
    meaning: 'The repository has no commits yet.',
    fix: 'run: git add . && git commit -m "First documents"',
  },
  'repository-unwritable': {
    severity: 'error',
    meaning: 'The repository can not be written: the disk is full, read-only, or belongs to another account.',
    fix: 'make room or mend the permissions below .git; nothing was half written',
  },
  'histories-unrelated': {
    severity: 'error',
    meaning: 'The two commits have no common ancestor.',
    fix: 'check that both belong to the same estate',
  },
  'remote-unreachable': {
    severity: 'error',
    meaning: 'The remote did not answer or refused to talk. Where there is a remote, it alone decides what is true.',
    fix: 'check the network and your access with: git ls-remote origin',
  },
  'push-refused': {
    severity: 'error',
    meaning: 'The remote was reached and refused the push: a protected branch, a hook, or no permission to write.',
    fix: 'read what the remote says; the account that pushes needs to write this branch',
  },
  'git-missing': {
    severity: 'error',
    meaning: 'The git command is not installed, or is too old.',
    fix: 'install git 2.38 or newer',
  },
  'git-failed': {
    severity: 'error',
    meaning: 'git ended with an error that has no code of its own.',
    fix: 'read what git says; git fsck --full tells whether the repository is sound',
  },
  'work-tree-dirty': {
    severity: 'error',
    meaning: 'The branch to be moved is checked out, and changes there would be lost.',
    fix: 'commit or stash the changes, then run the command again',
  },
  'work-tree-left': {
    severity: 'warning',
    meaning: 'A branch moved on the remote; the local one could not follow without losing something, and was left.',
    fix: 'run: git pull --ff-only, after you commit or stash',
  },
  'ledger-contended': {
    severity: 'error',
    meaning: 'Other writers were faster each time. Nothing was written.',
    fix: 'run the command again',
  },
  'ledger-unpublished': {
    severity: 'error',
    meaning: 'The ledger is here and not on the remote, where it has to be once there is a remote.',
    fix: 'publish it with: git push origin ledger',
  },
} as const satisfies CodeBook

export const report = reporter(codes)

export function repositoryError(
  code: keyof typeof codes,
  message: string,
  hint: string = codes[code].fix,
): RepositoryError {
  return new RepositoryError(code, message, hint)
}
