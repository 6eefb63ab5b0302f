import type { CodeBook } from '../model/diagnostic.ts'

const askAgain = 'make a fresh plan and approve that one'

export const codes = {
  'author-unproven': {
    severity: 'error',
    meaning:
      'A commit of the change is neither signed by an active person of the base, nor pushed by one as far as a forge tells, so nobody can tell who wrote it.',
    fix: 'sign it with a key that the base lists for you: git rebase --exec "git commit --amend --no-edit -S" BASE',
  },
  'change-rejected': {
    severity: 'error',
    meaning: 'Somebody who may judge this change rejected it.',
    fix: 'talk to them; they lift it by approving later, or a new commit makes it another change',
  },
  'approval-missing': {
    severity: 'error',
    meaning: 'Fewer people than are needed agreed to exactly this change and plan.',
    fix: 'have somebody of the teams that are named run: plumbline approve',
  },
  'approval-unreadable': {
    severity: 'error',
    meaning: 'An approval says something that can not be read: a decision or a time that is none.',
    fix: 'approve again with plumbline approve',
  },
  'approval-signature': {
    severity: 'error',
    meaning: 'The signature of an approval does not hold, or its statement is no approval.',
    fix: 'approve again; if nobody edited the ledger, run plumbline audit verify',
  },
  'approval-altered': {
    severity: 'error',
    meaning: 'The record of an approval names another approver or time than the signed statement inside it.',
    fix: 'run plumbline audit verify: the ledger was edited by something other than the engine',
  },
  'approval-other-repository': {
    severity: 'error',
    meaning: 'An approval was given for another estate.',
    fix: askAgain,
  },
  'approval-other-branch': {
    severity: 'error',
    meaning: 'An approval was given for a merge into another branch.',
    fix: askAgain,
  },
  'approval-stale-head': {
    severity: 'error',
    meaning: 'Commits were added or replaced after the approval.',
    fix: askAgain,
  },
  'approval-stale-base': {
    severity: 'error',
    meaning:
      'The target branch moved after the approval, and planning again does not give the same patch, actions and policies.',
    fix: askAgain,
  },
  'approval-stale-content': {
    severity: 'error',
    meaning: 'The lines that would be merged are not those that were approved.',
    fix: askAgain,
  },
  'approval-stale-plan': {
    severity: 'error',
    meaning: 'The actions on hosts are not those that were approved.',
    fix: askAgain,
  },
  'approval-stale-policies': {
    severity: 'error',
    meaning: 'The people, teams or policies that judge the change are not those of the approval.',
    fix: askAgain,
  },
  'approval-expired': {
    severity: 'error',
    meaning: 'An approval is older than the estate allows.',
    fix: askAgain,
  },
  'approval-in-future': {
    severity: 'error',
    meaning: 'An approval claims a time that has not come yet.',
    fix: 'set the clock of the machine that signed it, and approve again',
  },
  'approval-repeated': {
    severity: 'info',
    meaning: 'The same person decided more than once; the last decision counts, once.',
    fix: 'nothing: it is shown so that nobody wonders where it went',
  },
  'approval-dismissed': {
    severity: 'error',
    meaning: 'The forge says that a review was dismissed, so it does not count any more.',
    fix: 'have the change reviewed again',
  },
  'account-not-theirs': {
    severity: 'error',
    meaning: 'A review came from an account that the base does not list for the person it is recorded for.',
    fix: 'list it in spec.accounts of the person, in a change of its own, and have the change reviewed again',
  },
  'account-shared': {
    severity: 'error',
    meaning: 'Several people list the account that a review came from, so it proves none of them.',
    fix: 'list each account for one person',
  },
  'account-unknown': {
    severity: 'warning',
    meaning: 'A review came from an account that the base lists for nobody; it is not recorded.',
    fix: 'list it in spec.accounts of the person, in a change of its own',
  },
  'account-unnumbered': {
    severity: 'warning',
    meaning:
      'The forge told the number of an account, and the base lists the account by its login only. A login can be given up and taken by somebody else, so where there is a number only the number counts.',
    fix: 'list the account with its number (github.com/login#number) in spec.accounts of the person, in a change of its own',
  },
  'account-number-untold': {
    severity: 'warning',
    meaning: 'The base lists an account with its number, and what the forge told of the account lacks it.',
    fix: 'have the job that writes the facts file put the id of each account beside its login',
  },
  'account-permission': {
    severity: 'warning',
    meaning: 'The account that a review came from may not write in the repository, so its approval does not count.',
    fix: 'give the account write permission on the forge if it should have it, or ask somebody who has it; then have the change reviewed again',
  },
  'approval-after-merge': {
    severity: 'warning',
    meaning:
      'A review was given after the pull request had been merged: it agrees to nothing that was still to be decided.',
    fix: 'have the branch as it stands approved: plumbline approve main',
  },
  'merge-unplanned': {
    severity: 'warning',
    meaning:
      'A pull request was merged without a plan of its newest commit, so whoever reviewed it had not seen what it does. It is recorded as such and not applied.',
    fix: 'have the branch as it stands approved (plumbline approve main), or revert it; require the check plumbline/plan on the target branch',
  },
  'merge-bypassed': {
    severity: 'warning',
    meaning:
      'A pull request was merged though one of our checks stood against it, as administrators can. It is recorded with who did it, and not applied, unless signed approvals alone are enough.',
    fix: 'have the branch as it stands approved (plumbline approve main), or revert it; let nobody go past the rules of the target branch',
  },
  'approver-unknown': {
    severity: 'error',
    meaning: 'The approver is no person of the base commit: a change can not bring its own approvers.',
    fix: 'merge the person first, in a change of its own',
  },
  'approver-inactive': {
    severity: 'error',
    meaning: 'The approver has left.',
    fix: 'ask somebody who still works here',
  },
  'approver-bot': {
    severity: 'error',
    meaning: 'The approver is a bot, and bots never count.',
    fix: 'ask a person',
  },
  'approver-wrote-it': {
    severity: 'error',
    meaning:
      'The approver wrote, committed, co-authored, signed or pushed a commit of the change, or opened the pull request.',
    fix: 'ask somebody who had no hand in it',
  },
  'key-not-theirs': {
    severity: 'error',
    meaning: 'The key of a signature is not one that the base lists for that person.',
    fix: 'sign with a key of yours, or merge the new key first',
  },
  'key-shared': {
    severity: 'error',
    meaning: 'A key is listed by several people, so its signature proves none of them.',
    fix: 'give each person a key of their own',
  },
  'key-revoked': { severity: 'error', meaning: 'The key is revoked.', fix: 'sign again with another key' },
  'key-login-only': {
    severity: 'error',
    meaning: 'The key is listed for logging in only.',
    fix: 'sign with a key whose use is signing or both',
  },
  'key-not-yet-valid': {
    severity: 'error',
    meaning: 'The signature is older than the first moment at which its key is valid.',
    fix: 'sign again once the key is valid',
  },
  'key-expired': {
    severity: 'error',
    meaning: 'The key has ended, at the claimed time or since; a claimed time alone proves nothing.',
    fix: 'sign again with a key that is valid',
  },
  'change-denied': {
    severity: 'error',
    meaning: 'A change policy forbids this change.',
    fix: 'change what it names, or change the policy in a pull request of its own first',
  },
  'change-warning': {
    severity: 'warning',
    meaning: 'A change policy wants attention for this change.',
    fix: 'read what it says before you approve',
  },
  'policy-broken': {
    severity: 'error',
    meaning:
      'A change policy of the base can not be compiled or evaluated; nothing passes a rule that nobody can read.',
    fix: 'mend or remove the policy in a change that touches change policies only',
  },
  'break-glass-unset': {
    severity: 'error',
    meaning: 'Nobody may break the glass: the base names no team for emergencies.',
    fix: 'name teams in spec.changes.breakGlass.teams of plumbline.yaml, by a change of its own, before there is an emergency',
  },
  'break-glass-not-allowed': {
    severity: 'error',
    meaning:
      'Whoever breaks the glass has to be an active person of a team that the base names for it, and sign with their own key.',
    fix: 'have somebody of such a team run plumbline break-glass, or have the change approved',
  },
  'break-glass-invalid': {
    severity: 'error',
    meaning: 'What was signed for an emergency does not hold, or is about something else than would be applied.',
    fix: 'break the glass again for what is to be applied now: plumbline break-glass',
  },
  'break-glass-over': {
    severity: 'error',
    meaning: 'The time for which the glass was broken has passed.',
    fix: 'break the glass again, or have the change approved',
  },
  'emergency-not-reviewed': {
    severity: 'error',
    meaning: 'An emergency of the same person was not reviewed in time, so they can not break the glass again.',
    fix: 'have somebody who had no hand in it look at the emergency that is named: plumbline review CHANGE --outcome successful',
  },
  'standard-not-covered': {
    severity: 'error',
    meaning: 'A change was recorded as a standard change, and no StandardChange of the base covers it now.',
    fix: 'see what is named; have the branch approved as a change like any other',
  },
  'irreversible-action': {
    severity: 'warning',
    meaning: 'The plan holds an action that nothing takes back.',
    fix: 'check it twice; a rollback will not bring this back',
  },
  'code-owner-unknown': {
    severity: 'warning',
    meaning:
      'CODEOWNERS of the base names somebody who is no active person or team of the base. Where nobody else stands in the line, anybody independent is asked.',
    fix: 'name people by an account in their spec.accounts or by e-mail, teams by the name of their document',
  },
  'code-owners-line': {
    severity: 'warning',
    meaning:
      'A line of CODEOWNERS can not be understood the way forges understand it, so it asks for anybody independent, or nobody.',
    fix: 'use the patterns of gitignore without negation and ranges, and owners as @account, @organisation/team or e-mail',
  },
  'owner-missing': {
    severity: 'warning',
    meaning:
      'The owner of a changed document is nobody who could agree: unknown in the base, or no active person is left.',
    fix: 'give the document an owner that has active people',
  },
  'plan-stale': {
    severity: 'error',
    meaning: 'What would be done now is not part of what was approved.',
    fix: askAgain,
  },
  'plan-mismatch': {
    severity: 'error',
    meaning: 'The plan belongs to another estate or branch, or another version of the engine made it.',
    fix: 'plan again here, with this version',
  },
  'plan-altered': {
    severity: 'error',
    meaning:
      'The record of a change lists other actions than those of the plan that people agreed to: somebody altered it.',
    fix: 'find out who wrote the record (plumbline show CHG-…), and have the change agreed to anew',
  },
  'changed-since': {
    severity: 'error',
    meaning:
      'A resource is not what the change left behind, so the state before can not be put back without losing something.',
    fix: 'look at who changed it; put it into the documents, or roll that change back first',
  },
  'rollback-not-promised': {
    severity: 'warning',
    meaning: 'What the change did here can not be taken back, and is never listed as rolled back.',
    fix: 'bring it back by hand or from a backup',
  },
  'rollback-unknown': {
    severity: 'error',
    meaning: 'What a resource is like now could not be seen, so nothing is put back there.',
    fix: 'make the host reachable and plan the rollback again',
  },
  'policy-test-failed': {
    severity: 'error',
    meaning: 'A change policy does not say of one of its own examples what the example expects.',
    fix: 'mend the rule or the example; plumbline policy test runs them',
  },
} as const satisfies CodeBook
