import type { CodeBook } from '../model/diagnostic.ts'

/** Meanings say why it matters; fixes are in the words of GitHub's settings pages. */
export const codes = {
  'setup-unprotected': {
    severity: 'error',
    meaning:
      'Nothing protects the branch that is applied: whoever may write can push to it, rewrite it and delete it. Plumbline does not apply what nobody agreed to, but it has to be taken out again, and until then changes after it wait.',
    fix: 'Settings > Rules > Rulesets > New branch ruleset for that branch, enforcement Active: Restrict deletions, Block force pushes, Require a pull request before merging, Require status checks to pass',
  },
  'setup-direct-pushes': {
    severity: 'error',
    meaning:
      'The branch that is applied takes pushes without a pull request, so that what comes there may never have been planned or seen by anybody else.',
    fix: 'Settings > Rules > the ruleset of the branch: Require a pull request before merging',
  },
  'setup-approvals': {
    severity: 'error',
    meaning:
      'Pull requests can be merged that nobody approved. Plumbline would not apply them, and everything after them waits until they are approved or reverted.',
    fix: 'Settings > Rules > the ruleset of the branch > Require a pull request before merging: Required approvals 1 or more',
  },
  'setup-stale-reviews': {
    severity: 'warning',
    meaning:
      'An approval stays in the eyes of the forge when newer commits are pushed, so that what is merged is not what was read. Plumbline counts approvals of the newest commit alone, and the merge is not applied then.',
    fix: 'Settings > Rules > the ruleset of the branch > Require a pull request before merging: Dismiss stale pull request approvals when new commits are pushed',
  },
  'setup-last-push': {
    severity: 'warning',
    meaning: 'Who pushed last may be the one who approves, so that one person alone can bring something in.',
    fix: 'Settings > Rules > the ruleset of the branch > Require a pull request before merging: Require approval of the most recent reviewable push',
  },
  'setup-code-owner-review': {
    severity: 'warning',
    meaning:
      'The forge does not ask the owners that CODEOWNERS names, so that merges come about that Plumbline does not apply.',
    fix: 'Settings > Rules > the ruleset of the branch > Require a pull request before merging: Require review from Code Owners',
  },
  'setup-checks': {
    severity: 'error',
    meaning:
      'A check of Plumbline is not required, so that a pull request can be merged whose plan is forbidden, out of date, or not agreed to. It is recorded as such and not applied.',
    fix: 'Settings > Rules > the ruleset of the branch > Require status checks to pass: add plumbline/plan and plumbline/approval',
  },
  'setup-outdated-merges': {
    severity: 'warning',
    meaning:
      'Pull requests may be merged on top of what they were not planned with, and the plan that people agreed to is another then.',
    fix: 'Settings > Rules > the ruleset of the branch > Require status checks to pass: Require branches to be up to date before merging; or Require merge queue',
  },
  'setup-force-pushes': {
    severity: 'error',
    meaning:
      'A branch can be rewritten by force: what was agreed to and applied, or the record of it, is then gone from it.',
    fix: 'Settings > Rules > the ruleset of the branch: Block force pushes',
  },
  'setup-deletions': {
    severity: 'error',
    meaning: 'A branch that holds what is applied, or the record of it, can be deleted.',
    fix: 'Settings > Rules > the ruleset of the branch: Restrict deletions',
  },
  'setup-administrators': {
    severity: 'warning',
    meaning:
      'Administrators are not held to the rules of the branch, so that one of them alone, or whoever has their session, goes past every other.',
    fix: 'Settings > Branches > the rule of the branch: Do not allow bypassing the above settings; in a ruleset, take administrators out of Bypass list',
  },
  'setup-bypass': {
    severity: 'warning',
    meaning:
      'Somebody may go past the rules of the branch. What they bring in that way is recorded, and not applied without an approval.',
    fix: 'Settings > Rules > the ruleset of the branch: take them out of Bypass list; for emergencies there is plumbline break-glass',
  },
  'setup-ledger-unprotected': {
    severity: 'error',
    meaning:
      'Nothing protects the branch of the ledger: whoever may write can rewrite or delete the record of who changed what. Records are signed, so that forged ones are found; those that are gone are gone.',
    fix: 'Settings > Rules > Rulesets: one for that branch with Restrict deletions and Block force pushes and nobody in Bypass list, and one with Restrict updates and the account of the engine alone in Bypass list',
  },
  'setup-ledger-pushers': {
    severity: 'warning',
    meaning:
      'Others than the engine may push to the ledger. They can not forge a record, but each push of theirs stops the engine until somebody has looked.',
    fix: 'Settings > Rules > Rulesets: one for the branch of the ledger with Restrict updates, and the account of the engine alone in Bypass list. GitHub lets an app of your own stand there, and not the token of jobs',
  },
  'setup-ledger-closed': {
    severity: 'error',
    meaning:
      'Records can not be written: the engine pushes them, and the rules for the branch of the ledger want pull requests, or let nobody push.',
    fix: 'Settings > Rules > the ruleset of the branch of the ledger: no pull requests, no status checks, and the account of the engine in Bypass list of Restrict updates',
  },
  'setup-environment-missing': {
    severity: 'error',
    meaning:
      'An environment that the workflows use is not there. Without it their keys are secrets of the whole repository, which every workflow of every branch can read.',
    fix: 'Settings > Environments > New environment, and move the keys of hosts and engine into its secrets',
  },
  'setup-environment-branches': {
    severity: 'error',
    meaning:
      'Jobs of other branches may use an environment with the key of the engine, or with what may change hosts: whoever can push a branch has it.',
    fix: 'Settings > Environments > the environment > Deployment branches and tags: Selected branches, and the branch that is applied alone',
  },
  'setup-environment-reviewers': {
    severity: 'warning',
    meaning:
      'Nobody has to let a job use the environment that applies. What is applied needs approvals all the same; this guards the keys.',
    fix: 'Settings > Environments > the environment: Required reviewers',
  },
  'setup-environment-self-review': {
    severity: 'warning',
    meaning:
      'Who started a job may let it use the environment that applies, which makes its reviewers no second pair of eyes.',
    fix: 'Settings > Environments > the environment > Required reviewers: Prevent self-review',
  },
  'setup-environment-administrators': {
    severity: 'warning',
    meaning: 'Administrators may go past the rules of the environment that applies, and so reach its keys alone.',
    fix: 'Settings > Environments > the environment: take away Allow administrators to bypass configured protection rules',
  },
  'setup-workflow-token': {
    severity: 'warning',
    meaning:
      'Every job gets a token that may write to the repository, unless its workflow says otherwise: an action that was tampered with has it, too.',
    fix: 'Settings > Actions > General > Workflow permissions: Read repository contents and packages permissions',
  },
  'setup-workflows-approve': {
    severity: 'error',
    meaning: 'Workflows may approve pull requests, so that whoever can change a workflow approves for somebody else.',
    fix: 'Settings > Actions > General > Workflow permissions: take away Allow GitHub Actions to create and approve pull requests. Pull requests of Plumbline are opened with an app of your own then',
  },
  'setup-any-action': {
    severity: 'warning',
    meaning: "Workflows may use everybody's actions, and each of them runs with the secrets of its job.",
    fix: 'Settings > Actions > General > Actions permissions: allow those of your own, and select others',
  },
  'setup-unpinned-allowed': {
    severity: 'warning',
    meaning: 'Actions may be named by a tag or branch, which whoever owns them can move to other code.',
    fix: 'Settings > Actions > General > Actions permissions: Require actions to be pinned to a full-length commit SHA',
  },
  'setup-token-broad': {
    severity: 'warning',
    meaning: 'The token at hand may do more than Plumbline needs, and whoever gets hold of it may, too.',
    fix: 'use an app, or the token of the job, with contents, checks, issues and pull requests to write and nothing else',
  },
  'setup-token-narrow': {
    severity: 'error',
    meaning: 'The token at hand may not do what Plumbline does on the forge.',
    fix: "give the app these permissions and have its owner accept them, or name them under permissions in the workflow's file",
  },
  'setup-token-checks': {
    severity: 'error',
    meaning:
      'The token at hand is a person’s, and GitHub lets none but apps write checks, which the branch is to require.',
    fix: 'use an app of your own (PLUMBLINE_GITHUB_APP_ID and PLUMBLINE_GITHUB_APP_KEY), or the token of a job',
  },
  'setup-unseen': {
    severity: 'warning',
    meaning: 'A setting could not be seen, so that nothing is said of it: it may be right or wrong.',
    fix: 'run it with a token that may read administration of the repository (of a person: one who administers it)',
  },
  'setup-no-owners': {
    severity: 'warning',
    meaning:
      'The branch that is applied has no CODEOWNERS, so that the forge asks nobody in particular about who may agree to what.',
    fix: 'write .github/CODEOWNERS with the people or teams who answer for the files named by spec.documents, plumbline.yaml and .github',
  },
  'setup-unowned': {
    severity: 'warning',
    meaning:
      'Files that say who may agree to what, or what jobs run, have no owner: neither a line of CODEOWNERS nor metadata.owner of their documents.',
    fix: 'add a line to CODEOWNERS for them',
  },
  'setup-account-number': {
    severity: 'warning',
    meaning:
      'An account of a person is listed without its number. A login can be given up and taken by somebody else; approvals by such an account do not count where the forge tells the number.',
    fix: 'write host/login#number; gh api users/LOGIN --jq .id prints the number',
  },
  'setup-engine-key': {
    severity: 'error',
    meaning:
      'The key of the engine on this machine is not listed in the branch that is applied, so that records it signs are none.',
    fix: 'add its public half to spec.engineKeys of plumbline.yaml by a change of its own',
  },
  'setup-request-target': {
    severity: 'error',
    meaning:
      "A workflow runs on pull_request_target: with the repository's secrets, started by whoever opens a pull request, strangers too.",
    fix: 'use pull_request, as plumbline init --github writes it',
  },
  'setup-unpinned': {
    severity: 'warning',
    meaning:
      'A workflow names an action by a tag or branch, which whoever owns it can move to other code: it runs with the secrets of the job.',
    fix: 'name it by its full commit id, with the version in a comment behind it',
  },
  'setup-workflow-unread': {
    severity: 'warning',
    meaning: 'A workflow file can not be read, so that nothing is said of it.',
    fix: 'mend its YAML',
  },
  'setup-git-old': {
    severity: 'error',
    meaning: 'git on this machine is too old: merges are made without a work tree, which it knows since 2.38.',
    fix: 'install a newer git',
  },
  'setup-shallow': {
    severity: 'error',
    meaning: 'The clone lacks history, so that nobody can tell what a branch changes.',
    fix: 'run: git fetch --unshallow (in a workflow: fetch-depth: 0)',
  },
  'setup-no-remote': {
    severity: 'warning',
    meaning:
      'The clone has no remote called origin, so that others and their machines never hear of what is recorded here.',
    fix: 'run: git remote add origin ADDRESS',
  },
  'setup-remote-secret': {
    severity: 'error',
    meaning:
      'The address of the remote holds a password or token, which every program that reads the configuration of the clone gets.',
    fix: 'run: git remote set-url origin ADDRESS without it, and let a credential helper or an SSH key log in; then have the token revoked',
  },
  'setup-no-login': {
    severity: 'warning',
    meaning: 'No key to log in to hosts with is known on this machine, so that plans here can not look at them.',
    fix: 'start an ssh-agent with your key, or set PLUMBLINE_SSH_KEY',
  },
} as const satisfies CodeBook
