import type { CodeBook } from '../model/diagnostic.ts'

export const codes = {
  'no-estate': {
    severity: 'error',
    meaning: 'There is no plumbline.yaml in the folder or above it.',
    fix: 'go to the folder of an estate, name it with -C, or make one with plumbline init',
  },
  'pool-exhausted': {
    severity: 'error',
    meaning: 'Everything that a prefix or site can give is in use, leased, or kept back.',
    fix: 'plumbline address leases shows what is leased and plumbline address release gives it back; or ask a larger prefix',
  },
  'pool-unusable': {
    severity: 'error',
    meaning: 'What a document asks for can not come from where it asks.',
    fix: 'name a prefix that is a network or pool for an address, a container for a prefix, and the site of a VLAN for its number',
  },
  'allocation-unwritten': {
    severity: 'error',
    meaning: 'A value was leased, and could not be written into its document in place.',
    fix: 'write it there by hand; it is kept for the document',
  },
  'address-leased': {
    severity: 'error',
    meaning:
      'A document says an address, prefix or VLAN number that is leased for another one, on a branch that is not merged yet.',
    fix: 'ask for one with { from: prefix/NAME }, or, where the other document is not to come, plumbline address release',
  },
  'lease-unknown': {
    severity: 'error',
    meaning: 'Nothing of that value is leased.',
    fix: 'plumbline address leases lists what is',
  },
  'lease-in-use': {
    severity: 'error',
    meaning: 'What was to be given back is what a document of the target branch says.',
    fix: 'change or remove the document first, by a change',
  },
  'merge-conflict': {
    severity: 'error',
    meaning: 'The branch does not merge cleanly into the target branch, so nobody can say what would be applied.',
    fix: 'merge or rebase the target branch into yours and solve the conflicts',
  },
  'commit-missing': {
    severity: 'error',
    meaning: 'A branch, tag or commit that was named does not exist here.',
    fix: 'check the spelling; git fetch brings what others pushed',
  },
  'uncommitted-changes': {
    severity: 'warning',
    meaning: 'The working folder holds changes that are in no commit; a plan is made of commits.',
    fix: 'commit them to have them in the plan',
  },
  'no-ledger': {
    severity: 'error',
    meaning: 'The estate has no ledger yet: no record says since when and by which rule it is kept.',
    fix: 'run plumbline init in the estate: it starts the ledger as soon as two people have keys in it',
  },
  'engine-unknown': {
    severity: 'error',
    meaning: 'The key of the engine on this machine may not write records of this estate.',
    fix: 'add it to spec.engineKeys of plumbline.yaml by a change, and let an engine that is known apply that change',
  },
  'person-unknown': {
    severity: 'error',
    meaning: 'The key that signs belongs to no person of the base commit.',
    fix: 'put the public key into spec.sshKeys of your Person document and have that merged, or name another key with --key',
  },
  'file-missing': {
    severity: 'error',
    meaning: 'A file that was named does not exist or can not be read.',
    fix: 'check the path; it is meant from the folder you stand in',
  },
  'file-unwritable': {
    severity: 'error',
    meaning: 'A file that was named can not be written.',
    fix: 'name a file in a folder that is there and that you may write to',
  },
  'plan-invalid': {
    severity: 'error',
    meaning: 'A saved plan can not be read, or was edited after it was saved.',
    fix: 'make the plan again with plumbline plan',
  },
  'plan-moved': {
    severity: 'error',
    meaning: 'Planning again does not give the plan that was saved.',
    fix: 'read the new plan: plumbline plan -o plan.json',
  },
  'plan-desired-only': {
    severity: 'error',
    meaning:
      'A saved plan compares documents alone (plan --desired-only). What is on the hosts is not in it, so nobody can agree to it, and it is not applied.',
    fix: 'plan where the hosts can be reached: plumbline plan -o plan.json',
  },
  'plan-of-another-engine': {
    severity: 'error',
    meaning: 'A saved plan was made by another version of Plumbline, which may understand documents otherwise.',
    fix: 'make the plan again with this version: plumbline plan -o plan.json',
  },
  'plan-of-another-estate': {
    severity: 'error',
    meaning: 'A saved plan belongs to another estate.',
    fix: 'make a plan in this estate with plumbline plan',
  },
  'merge-unapproved': {
    severity: 'warning',
    meaning:
      'Something reached the target branch without an approval that holds. It is recorded as such and not applied.',
    fix: 'approve the branch as it stands (plumbline approve main), or revert it',
  },
  'rules-unapproved': {
    severity: 'error',
    meaning:
      'Something that says who may agree to what (a person, their keys, a team, a policy, a freeze, an owner, …) reached the target branch without an approval. Changes are judged by what was agreed to before, and none holds whose result has it.',
    fix: 'bring the documents back as they were (the hint says from which commit), in a change that is approved as usual or together with another one; then bring what was wanted through a change of its own',
  },
  'plan-empty': {
    severity: 'error',
    meaning: 'There is nothing to approve: the plan holds no action.',
    fix: 'nothing needs to be done',
  },
  'document-unknown': {
    severity: 'error',
    meaning: 'A document that was named does not exist.',
    fix: 'plumbline get KIND lists the documents of a kind',
  },
  'report-unknown': {
    severity: 'error',
    meaning: 'There is no report of this name.',
    fix: 'plumbline report lists them',
  },
  'report-drawings': {
    severity: 'error',
    meaning: 'A report has no drawing to print, or several of them, and nobody said which folder they go into.',
    fix: 'name a folder with -o, or narrow the report to one document',
  },
  'graph-too-large': {
    severity: 'error',
    meaning:
      'A picture would have so many nodes or connections that nobody could read it, and drawing it would take long.',
    fix: 'narrow it: name a document, say how far to go with --depth, or which kinds with --kind; csv, json and dot have all of it',
  },
  'kind-unknown': {
    severity: 'error',
    meaning: 'There is no such kind of document.',
    fix: 'plumbline get lists the kinds',
  },
  'fact-unknown': {
    severity: 'error',
    meaning: 'There is no such group of facts.',
    fix: 'plumbline facts --help lists the groups',
  },
  'field-unknown': {
    severity: 'error',
    meaning: 'A kind has no such field.',
    fix: 'plumbline explain KIND lists the fields',
  },
  'settings-left': {
    severity: 'warning',
    meaning: 'The settings of the editor could not be merged with ours, so they were left as they are.',
    fix: 'map the schemas by hand: yaml.schemas in the settings of the editor, or a first line in the file itself: # yaml-language-server: $schema=.plumbline/schemas/document.json',
  },
  'nothing-applied': {
    severity: 'error',
    meaning: 'The ledger does not know of anything that was applied there.',
    fix: 'plumbline blame HOST lists what was applied to a host',
  },
  'request-unknown': {
    severity: 'error',
    meaning: 'What the forge said holds no pull request of this commit into the target branch.',
    fix: 'write the facts anew, and check out the newest commit of the pull request: a push may have come between',
  },
  'change-expired': {
    severity: 'warning',
    meaning: 'The approvals of a change ran out before it was applied, so it never will be.',
    fix: 'plan and approve it again; where it is merged already, approve the branch as it stands',
  },
  'change-unknown': {
    severity: 'error',
    meaning: 'No record has this number.',
    fix: 'plumbline log lists changes',
  },
  'record-unknown': {
    severity: 'error',
    meaning: 'No record of that type has this number.',
    fix: 'list them with: plumbline <type> list',
  },
  'record-type-unknown': {
    severity: 'error',
    meaning: 'No document on the target branch declares this type of record, and none comes with the engine.',
    fix: 'plumbline get recordtype lists your own; a document of the kind RecordType makes a new one, once it is merged',
  },
  'record-type-taken': {
    severity: 'error',
    meaning:
      'A type of record contradicts what the ledger knows already: the letters of its numbers are of another type or were others, or a newer engine has declared it.',
    fix: 'give the type letters that no other had, and leave them as they are; update an engine that is older than the others',
  },
  'catalog-item-unknown': {
    severity: 'error',
    meaning: 'No CatalogItem on the target branch has this name.',
    fix: 'plumbline catalog lists what can be asked for',
  },
  'fulfilment-failed': {
    severity: 'warning',
    meaning:
      'What a request asks for could not be proposed: its documents would not be valid, or something is in the way.',
    fix: 'look at the request; mend its item or what it asks for, and resume or reject it',
  },
  'reaction-failed': {
    severity: 'warning',
    meaning: 'A record could not be moved along with what it is linked to.',
    fix: 'look at both, and move it by hand; its type says what may be done: plumbline <type> types',
  },
  'work-failed': {
    severity: 'error',
    meaning: 'A part of the work that goes on by itself failed; it is tried again at the next turn.',
    fix: 'see what it says; the other parts are not held up by it',
  },
  'change-overtaken': {
    severity: 'warning',
    meaning: 'A change is not gone on with, since a later one has set the same things or is about to.',
    fix: 'see what it left open with plumbline plan, and approve the branch as it stands if that is to be done',
  },
  'change-not-applicable': {
    severity: 'error',
    meaning: 'The change is in a state in which it can not be applied.',
    fix: 'plumbline show tells what became of it',
  },
  'waiting-for-window': {
    severity: 'warning',
    meaning: 'A change may be carried out inside a change window only, and none is open.',
    fix: 'apply it when the window is open: plumbline calendar shows when that is',
  },
  frozen: {
    severity: 'warning',
    meaning: 'A freeze holds for what the change touches. It beats every window, and no change lifts its own.',
    fix: 'wait until it ends; plumbline calendar shows when that is',
  },
  'waiting-for-schedule': {
    severity: 'warning',
    meaning: 'A change was given a time, and it is not that time.',
    fix: 'wait for it, or give it another time with plumbline schedule',
  },
  'schedule-passed': {
    severity: 'warning',
    meaning: 'A change was given a time, and that time went by without it.',
    fix: 'give it another one: plumbline schedule CHG --next, or take it away with --clear',
  },
  'time-unreadable': {
    severity: 'warning',
    meaning:
      'The times of a window or freeze can not be worked out: such a window opens nothing, such a freeze holds always.',
    fix: 'mend the document; plumbline validate tells what is wrong with it',
  },
  'not-schedulable': {
    severity: 'error',
    meaning: 'A change is in a state in which it can be given no time.',
    fix: 'have it approved first; what is done or dead needs no time',
  },
  'schedule-invalid': {
    severity: 'error',
    meaning: 'What was named as a time is none, is over, or names a window that does not exist.',
    fix: 'write a time with an offset or a zone, such as 2026-12-01T20:00+01:00 or 2026-12-01T20:00[Europe/Oslo]',
  },
  'schedule-outside': {
    severity: 'error',
    meaning: 'A change may not be carried out at the time that was chosen for it.',
    fix: 'choose a time inside its windows and outside of freezes: plumbline calendar shows them, --next takes the first',
  },
  'schedule-lapses': {
    severity: 'error',
    meaning: 'The approvals of a change will have run out when its time comes.',
    fix: 'choose an earlier time, or have it approved again closer to it',
  },
  'schedule-conflict': {
    severity: 'warning',
    meaning: 'Two changes that touch the same hosts, or reach the same services, have their time at the same time.',
    fix: 'move one of them with plumbline schedule, so that it stays clear which of them broke something',
  },
  'waiting-behind': {
    severity: 'warning',
    meaning: 'A change waits for one that was merged before it, touches the same hosts and is not due yet.',
    fix: 'nothing: it follows by itself; or name the earlier one in a schedule of its own',
  },
  'not-approved': {
    severity: 'error',
    meaning: 'The change lacks approvals that hold, so it is not applied.',
    fix: 'have the people named sign it with plumbline approve',
  },
  'denied-by-policy': {
    severity: 'error',
    meaning: 'A change policy of the base commit forbids the change.',
    fix: 'see the policy that is named; a policy is changed by a change of its own',
  },
  'reviewer-not-independent': {
    severity: 'error',
    meaning:
      'Whoever looks back at a change had no hand in it: they neither wrote some of it nor broke the glass for it.',
    fix: 'ask somebody else to run plumbline review',
  },
  'rollback-impossible': {
    severity: 'error',
    meaning: 'The change can not be taken back: it was not applied, or was taken back before.',
    fix: 'plumbline show tells what became of it',
  },
  'rollback-conflict': {
    severity: 'error',
    meaning: 'Later changes touch the same lines, so the change does not come out cleanly.',
    fix: 'revert it by hand on a branch, with the trailer Rollback-Of: and its number in the commit message',
  },
  'secret-name': {
    severity: 'error',
    meaning: 'A secret can not have this name.',
    fix: 'use letters, digits, dots, hyphens and underscores, with / for folders',
  },
  'secret-empty': {
    severity: 'error',
    meaning: 'No value was given for a secret.',
    fix: 'type it when it is asked for, or send it to standard input',
  },
  'secret-recipients': {
    severity: 'error',
    meaning: 'Nobody is named who could read the secrets of the estate, or somebody who has no age key.',
    fix: 'put public age keys (age1…) into spec.secrets.recipients of plumbline.yaml',
  },
  'secret-key-exists': {
    severity: 'error',
    meaning: 'This machine has an age key already; another one in its place would lose what only that one can read.',
    fix: 'use the one there is, or move it away first',
  },
  'secret-unresolved': {
    severity: 'error',
    meaning: 'A secret that a host needs can not be had on the machine that applies. Nothing was begun.',
    fix: 'apply where the secret can be had, or give this machine what is missing; see the guide to secrets',
  },
  'change-paused': {
    severity: 'warning',
    meaning: 'A change was begun and is paused: what is left of it is done when somebody goes on with it.',
    fix: 'plumbline resume CHG-… goes on with it',
  },
  'change-not-under-way': {
    severity: 'error',
    meaning: 'Only a change that is being carried out can be paused.',
    fix: 'plumbline show CHG-… shows where it is',
  },
  'part-unknown': {
    severity: 'error',
    meaning: 'What was named with --only is no host, environment or wave of the change, or two of them.',
    fix: 'plumbline plan lists the waves; plumbline show lists the hosts of a change',
  },
  'part-of-what': {
    severity: 'error',
    meaning:
      'With --only, a part of one change is carried out, and several changes are pending, or nothing of it is left there.',
    fix: 'name the change: plumbline apply CHG-… --only prod',
  },
  'taken-back': {
    severity: 'warning',
    meaning: 'A change failed, and the engine took back what it had done, because the rollout says so.',
    fix: 'find out why it failed; its documents still stand on the branch: plumbline rollback CHG-… reverts them',
  },
  'take-back-failed': {
    severity: 'error',
    meaning: 'A change failed, and not everything it had done could be taken back.',
    fix: 'plumbline show shows what is left; plumbline apply goes on with taking it back',
  },
  'take-back-impossible': {
    severity: 'error',
    meaning: 'A change failed and the rollout says to take it back, but the engine can not do so by itself.',
    fix: 'mend what made it fail and run apply again, or take it back with plumbline rollback',
  },
  'rolled-back-on-branch': {
    severity: 'warning',
    meaning:
      'The engine took a change back, and its documents still stand on the branch: whatever brings hosts to the branch brings it again.',
    fix: 'revert its documents (plumbline rollback CHG-…), or mend them in another change',
  },
  'apply-failed': {
    severity: 'error',
    meaning: 'The apply stopped before everything was done.',
    fix: 'see what failed, mend it and run apply again, or take the change back with plumbline rollback',
  },
  'branch-unfit': {
    severity: 'error',
    meaning:
      'The name of the branch that is the desired state holds more than letters, digits, dots, dashes, underscores and slashes, so that it could mean something else in a workflow.',
    fix: 'give the branch a plain name, such as main, and set spec.branch in plumbline.yaml',
  },
  'folder-occupied': {
    severity: 'error',
    meaning: 'An estate would be made in a folder that holds something else.',
    fix: 'name an empty folder: plumbline init my-estate',
  },
  'not-drifted': {
    severity: 'error',
    meaning: 'What was asked for did not drift, or waits for a change that is to be applied.',
    fix: 'plumbline drift lists what is off, and why',
  },
  'facts-not-written': {
    severity: 'error',
    meaning: 'Facts could not be written into the document of a host.',
    fix: 'write spec.facts by hand; plumbline facts HOST --json prints them',
  },
  'adopt-impossible': {
    severity: 'error',
    meaning: 'What is on the host can not be written into the documents in a way that asks for exactly that.',
    fix: 'write it into the documents yourself, or bring the host back with plumbline drift revert',
  },
  'adopt-reaches-others': {
    severity: 'error',
    meaning: 'Taking a value into the documents would change other hosts, which get it from the same place.',
    fix: 'give --everywhere if they are to have it too, or write a profile of its own for the host',
  },
  'branch-exists': {
    severity: 'error',
    meaning: 'The branch that would be made exists already.',
    fix: 'delete it or name another with --branch',
  },
  'store-broken': {
    severity: 'error',
    meaning: 'The store of what was seen of hosts can not be read or written.',
    fix: 'where it was damaged it has been put aside, and plumbline observe fills a new one; else make room on the disk, or let this account write to the folder plumbline/store inside the .git folder',
  },
  'not-seen': {
    severity: 'error',
    meaning: 'No snapshot of the host, or of the resource on it, was kept at or before the moment asked for.',
    fix: 'snapshots are kept by plumbline observe, drift and apply, from then on: run plumbline observe on a schedule',
  },
  'moment-unknown': {
    severity: 'error',
    meaning: 'What was named is no moment of the estate: neither a date, nor a commit, nor a record or baseline.',
    fix: 'name a date (2026-10-01, 2026-10-01T14:00:00Z), a commit or tag, a change (CHG-2026-00042) or a baseline',
  },
  'period-invalid': {
    severity: 'error',
    meaning: 'A period can not be made of the dates that were given.',
    fix: 'give days (2026-10-01) or moments (2026-10-01T14:00:00Z), the earlier one first',
  },
  'link-invalid': {
    severity: 'error',
    meaning: 'A template for links to commits is no address of a web page, or lacks the place where the commit goes.',
    fix: 'give one such as https://git.example.org/estate/commit/{commit}',
  },
  'reads-only': {
    severity: 'error',
    meaning: 'The command writes something or reaches hosts, and the past can only be looked at.',
    fix: 'run it without as-of',
  },
  'baseline-unknown': {
    severity: 'error',
    meaning: 'No baseline has this name.',
    fix: 'plumbline baseline list lists them',
  },
  'baseline-exists': {
    severity: 'error',
    meaning: 'There is a baseline of this name, and baselines never change.',
    fix: 'choose another name',
  },
  'release-unknown': {
    severity: 'error',
    meaning: 'What was named is no release that the ledger holds.',
    fix: 'plumbline release list lists them; fetch the branch ledger where this clone lacks it',
  },
  'release-withdrawn': {
    severity: 'error',
    meaning: 'The release was withdrawn: nothing may begin to follow it, and nothing happens to it any more.',
    fix: 'promote another one: plumbline release list',
  },
  'follows-withdrawn': {
    severity: 'warning',
    meaning:
      'An environment follows a release that was withdrawn. Its hosts stay as they are until another one is promoted.',
    fix: 'promote the one before: plumbline release promote PIPELINE/VERSION --to STAGE',
  },
  'release-broken': {
    severity: 'error',
    meaning:
      'The documents of a release that an environment follows can not be compiled by this version of the engine.',
    fix: 'promote a release that was cut with this version',
  },
  'follows-release': {
    severity: 'info',
    meaning:
      'Documents changed that hosts would get if their environment followed the target branch; it follows a release.',
    fix: 'plumbline release cut, then plumbline release promote, bring it to them',
  },
  'release-impossible': {
    severity: 'error',
    meaning: 'A release can not be cut as it was asked for.',
    fix: 'plumbline release list shows what there is',
  },
  'release-tag': {
    severity: 'error',
    meaning: 'The tag of a release is not what the ledger says, or could not be written.',
    fix: 'a tag never moves: find out who made it, and remove it if it is wrong; plumbline release cut --number writes a missing one',
  },
  'pipeline-unknown': {
    severity: 'error',
    meaning: 'There is no such pipeline or stage, or it is not clear which one is meant.',
    fix: 'plumbline get pipeline lists them',
  },
  'release-not-ready': {
    severity: 'error',
    meaning: 'A release does not fulfil what its pipeline asks for before it is promoted.',
    fix: 'wait, settle what is named, or give --force --reason, which is kept',
  },
  'promotion-impossible': {
    severity: 'error',
    meaning: 'The documents of the environments could not be edited, or there is nothing to promote.',
    fix: 'write spec.follows of the environments by hand',
  },
  'policy-unknown': {
    severity: 'error',
    meaning: 'There is no policy of this name.',
    fix: 'plumbline get changepolicy lists them',
  },
  'event-unreadable': {
    severity: 'error',
    meaning: 'The file that says why a job runs can not be read, or does not say which pull request it is about.',
    fix: 'name the pull request with --request',
  },
  'forge-missing': {
    severity: 'error',
    meaning: 'Nothing says on which forge, and in which repository there, pull requests of this estate are kept.',
    fix: 'set GITHUB_REPOSITORY and GITHUB_TOKEN, or give the clone a remote called origin',
  },
  'requests-full': {
    severity: 'error',
    meaning:
      'As many pull requests of the engine are open as the estate lets be at once, so that people who look after them are not drowned in them.',
    fix: 'merge or close some; spec.changes.requests.most of plumbline.yaml says how many, in the branch that is applied',
  },
  'request-there': {
    severity: 'error',
    meaning: 'A pull request for just this is open already.',
    fix: 'have it approved and merge it, or close it',
  },
  'adopt-held': {
    severity: 'warning',
    meaning:
      'What drifted is not proposed for the documents: somebody declined just that, or goes on with the branch by hand.',
    fix: 'bring the hosts back, write an exception, or delete the branch to have it proposed anew',
  },
  'dashboard-untold': {
    severity: 'error',
    meaning:
      'The issue that says how the estate stands, or the pull requests of the engine, could not be kept. What was found is recorded all the same.',
    fix: 'give the job permission to write issues and pull requests, and run it again: nothing is done twice',
  },
  'request-missing': {
    severity: 'error',
    meaning: 'The forge has no pull request of this number, or nothing says which one is meant.',
    fix: 'check the number; --request names one, --open plans all that are open',
  },
  'request-passed-over': {
    severity: 'info',
    meaning:
      'A pull request is not planned: it is closed or merged, or goes into another branch than that of the estate.',
    fix: 'nothing, if that is what was meant; else reopen it, or have it go into the branch of the estate',
  },
  'request-moved': {
    severity: 'warning',
    meaning: 'A pull request got new commits while it was planned, so that nothing was said of the older ones.',
    fix: 'nothing: whoever pushed started another run',
  },
  'request-untold': {
    severity: 'warning',
    meaning: 'What a plan or an apply came to could not be written to the pull request.',
    fix: 'look at the summary of the job; a token for a fork may only read, others need checks: write and pull-requests: write',
  },
  'stock-list': {
    severity: 'error',
    meaning: 'A list of what was seen while taking stock can not be read.',
    fix: 'give comma-separated values with a column tag, serial or asset, or one number on each line',
  },
  'merges-waiting': {
    severity: 'info',
    meaning:
      'Merges are not looked at yet, because a change before them is still to be applied: what they do depends on it.',
    fix: 'plumbline ci apply applies what is ready, and goes on with them',
  },
} as const satisfies CodeBook
