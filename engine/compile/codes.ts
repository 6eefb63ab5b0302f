import type { CodeBook } from '../model/diagnostic.ts'

/** What can be wrong when documents become what a host is made of. */
export const codes = {
  'resource-conflict': {
    severity: 'error',
    meaning: 'Two documents want the same resource of a host to be different.',
    fix: 'remove one of the two, or narrow a selector so that no host is selected by both',
  },
  'unknown-resource': {
    severity: 'error',
    meaning: 'A resource waits for, or restarts on, one that the host does not have.',
    fix: 'write type:name as in package:nginx or file:/etc/motd, of a resource that the same host gets',
  },
  'resource-overlap': {
    severity: 'error',
    meaning: 'Two resources of a host would write the same file, and undo each other.',
    fix: 'say in one of them all that shall stand in the file',
  },
  'requires-cycle': {
    severity: 'error',
    meaning: 'Resources of a host require each other, so that none can be the first.',
    fix: 'remove one of the requires that close the loop',
  },
  'unknown-resource-type': {
    severity: 'error',
    meaning: 'A profile has a resource of a type that there is not.',
    fix: 'see plumbline explain Profile.resources for the types there are',
  },
  'template-error': {
    severity: 'error',
    meaning: 'A template can not be read, or uses a variable or filter that there is not.',
    fix: 'declare the variable in the profile, the file or the host; see the guide to templates for what is there',
  },
  'source-missing': {
    severity: 'error',
    meaning: 'A file names a source that is not in the estate.',
    fix: "write the path from the estate's root, and commit the file",
  },
  'content-too-large': {
    severity: 'error',
    meaning: 'A file is larger than what is sent to hosts in one piece: 8 MiB.',
    fix: 'make a package or an archive of it that hosts download',
  },
  'secret-invalid': {
    severity: 'error',
    meaning: 'A document names a secret in a way that means nothing.',
    fix: 'write age/NAME, age/FILE.yaml#key, env/NAME or file/PATH',
  },
  'secret-missing': {
    severity: 'error',
    meaning: 'A document names a secret that is not in the estate.',
    fix: 'put it there with plumbline secret set, and commit the file',
  },
  'secret-not-encrypted': {
    severity: 'error',
    meaning: 'What should be an encrypted value can be read by everybody who can read the repository.',
    fix: 'take it for known to others: change it where it is used, then store the new one with plumbline secret set',
  },
  'unknown-selector': {
    severity: 'warning',
    meaning: 'A selector asks for a label that no host carries with this value.',
    fix: 'check the spelling of the label and its value',
  },
  'selector-empty': {
    severity: 'warning',
    meaning: 'A selector matches no host.',
    fix: 'widen the selector, or remove the document',
  },
  'grant-without-login': {
    severity: 'warning',
    meaning: 'Somebody is granted access and has no account name.',
    fix: 'give the person a login',
  },
  'grant-without-key': {
    severity: 'warning',
    meaning: 'Somebody is granted access and has no SSH key for logging in that is valid now.',
    fix: 'give the person an SSH key whose use is login or both',
  },
  'firewall-address': {
    severity: 'error',
    meaning: 'A firewall rule names an address that is none, or a host that has no address of its own in its document.',
    fix: 'write an address or network such as 192.0.2.0/24 or 2001:db8::/32, and give hosts an IP address',
  },
  'firewall-ports': {
    severity: 'error',
    meaning: 'Ports of a firewall rule are none, or its protocol has no ports.',
    fix: 'write numbers from 1 to 65535 or ranges such as 8000-8100, with protocol tcp, udp or both',
  },
  'firewall-locks-out': {
    severity: 'error',
    meaning: 'Firewall rules would shut the engine out of a host: they name its SSH port and let nobody in there.',
    fix: 'accept the SSH port from where the engine, or the host it goes through, comes from; or name that port in no rule',
  },
  'host-not-released': {
    severity: 'warning',
    meaning: 'A host came after the release that its environment follows, so nothing but access is managed on it.',
    fix: 'promote a later release to its environment',
  },
  'engine-login': {
    severity: 'error',
    meaning: "A grant would manage the engine's own account on a host.",
    fix: 'give the person another login than the ssh.user of the host',
  },
} as const satisfies CodeBook
