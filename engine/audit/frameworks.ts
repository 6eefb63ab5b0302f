/** What the ledger and the documents are asked, to speak for a control. Each has a function in `checks.ts`. */
export type CheckName =
  | 'approved'
  | 'separated'
  | 'traceable'
  | 'promotions-ready'
  | 'emergencies-reviewed'
  | 'failures-settled'
  | 'deviations-settled'
  | 'deviations-owned'
  | 'way-back'
  | 'access-changes-approved'
  | 'access-given-by-change'
  | 'privileges-given-by-change'
  | 'nothing-left-over'
  | 'ledger-intact'
  | 'statements-signed'

export interface Control {
  /** As the framework numbers it. */
  readonly id: string
  /** What it is about, in our words: the framework's own text is its publisher's. */
  readonly about: string
  readonly checks: readonly CheckName[]
  /** What it also asks, and this evidence says nothing of. */
  readonly silent: string
}

export interface Framework {
  readonly name: string
  readonly edition: string
  readonly publisher: string
  readonly controls: readonly Control[]
}

export type FrameworkId = 'soc2' | 'iso27001' | 'pci' | 'nist'

const changeChecks = [
  ...(['approved', 'separated', 'traceable', 'promotions-ready', 'emergencies-reviewed', 'failures-settled'] as const),
]
const accessChecks = ['access-changes-approved', 'access-given-by-change'] as const

/** Controls that a ledger of changes can speak for. The others of each framework need other evidence. */
export const frameworks: Readonly<Record<FrameworkId, Framework>> = {
  soc2: {
    name: 'SOC 2',
    edition: 'Trust Services Criteria 2017, points of focus revised 2022',
    publisher: 'AICPA',
    controls: [
      {
        id: 'CC6.1',
        about: 'Logical access to systems is restricted',
        checks: ['access-given-by-change', 'privileges-given-by-change'],
        silent: 'networks, encryption, and systems that are not in the estate',
      },
      {
        id: 'CC6.2',
        about:
          'People get access after they are registered and somebody agreed, and lose it when it is no longer needed',
        checks: [...accessChecks, 'nothing-left-over'],
        silent: 'how people are hired, identified and leave',
      },
      {
        id: 'CC6.3',
        about: 'Access follows roles, least privilege and separation of duties, and changes on approval',
        checks: ['access-changes-approved', 'privileges-given-by-change', 'separated'],
        silent: 'whether each role is as small as it could be',
      },
      {
        id: 'CC7.1',
        about: 'Changes of configuration that nobody ordered are detected',
        checks: ['deviations-settled', 'deviations-owned'],
        silent: 'scans for vulnerabilities, and how often hosts were looked at',
      },
      {
        id: 'CC7.2',
        about: 'Anomalies in the operation of systems are watched for and analysed',
        checks: ['deviations-settled', 'ledger-intact'],
        silent: 'monitoring of traffic, logs and behaviour',
      },
      {
        id: 'CC7.4',
        about: 'Incidents are responded to by a defined process',
        checks: ['emergencies-reviewed', 'failures-settled'],
        silent: 'the handling of incidents that led to no change',
      },
      {
        id: 'CC7.5',
        about: 'Systems are brought back after incidents',
        checks: ['failures-settled', 'way-back'],
        silent: 'backups and tests of recovery',
      },
      {
        id: 'CC8.1',
        about: 'Changes are authorised, documented, tested, approved and implemented under control',
        checks: [...changeChecks, 'way-back'],
        silent: 'how changes were tested before they were merged',
      },
    ],
  },
  iso27001: {
    name: 'ISO/IEC 27001',
    edition: '2022, Annex A',
    publisher: 'ISO/IEC',
    controls: [
      {
        id: 'A.5.3',
        about: 'Conflicting duties are kept apart',
        checks: ['separated', 'emergencies-reviewed'],
        silent: 'duties outside of changes to the estate',
      },
      {
        id: 'A.5.15',
        about: 'Access is controlled by rules',
        checks: [...accessChecks],
        silent: 'physical access, and systems that are not in the estate',
      },
      {
        id: 'A.5.16',
        about: 'Identities are managed through their whole life',
        checks: ['access-given-by-change', 'nothing-left-over'],
        silent: 'how a person is identified before the first access',
      },
      {
        id: 'A.5.17',
        about: 'Authentication information is handed out and changed under control',
        checks: ['access-changes-approved', 'access-given-by-change'],
        silent: 'passwords, and how people keep their private keys',
      },
      {
        id: 'A.5.18',
        about: 'Access rights are given, reviewed, changed and taken away',
        checks: [...accessChecks, 'nothing-left-over'],
        silent: 'periodic reviews of access',
      },
      {
        id: 'A.8.2',
        about: 'Privileged access is restricted and managed',
        checks: ['privileges-given-by-change', 'access-changes-approved'],
        silent: 'what people did with their privileges on hosts',
      },
      {
        id: 'A.8.9',
        about: 'Configurations are set down, implemented, watched and reviewed',
        checks: ['traceable', 'deviations-settled', 'deviations-owned'],
        silent: 'what is not described by documents of the estate',
      },
      {
        id: 'A.8.15',
        about: 'Events are logged, and logs are protected',
        checks: ['ledger-intact', 'traceable'],
        silent: 'logs of hosts and applications',
      },
      {
        id: 'A.8.32',
        about: 'Changes go through change management',
        checks: [...changeChecks, 'way-back'],
        silent: 'tests before a change was merged',
      },
    ],
  },
  pci: {
    name: 'PCI DSS',
    edition: '4.0.1',
    publisher: 'PCI Security Standards Council',
    controls: [
      {
        id: '6.5.1',
        about: 'Changes to production are described, approved by those who may, and can be taken back',
        checks: [...changeChecks, 'way-back'],
        silent: 'security impact beyond the plan, and tests before a change was merged',
      },
      {
        id: '6.5.2',
        about: 'After a significant change it is confirmed that all requirements still hold',
        checks: ['traceable', 'failures-settled'],
        silent: 'the confirmation itself: here stands only that each action was seen to be done',
      },
      {
        id: '7.2.1',
        about: 'An access model says who may have what',
        checks: ['access-given-by-change'],
        silent: 'whether the model fits the business',
      },
      {
        id: '7.2.2',
        about: 'Access, privileged access too, is assigned by job and least privilege',
        checks: ['access-given-by-change', 'privileges-given-by-change'],
        silent: 'job descriptions',
      },
      {
        id: '7.2.3',
        about: 'Required privileges are approved by those who may',
        checks: ['access-changes-approved', 'separated'],
        silent: 'systems that are not in the estate',
      },
      {
        id: '10.2.1.5',
        about: 'Changes of accounts and credentials are logged',
        checks: ['access-changes-approved', 'traceable'],
        silent: 'logs of hosts and applications',
      },
      {
        id: '10.3.2',
        about: 'Audit logs are protected from modification',
        checks: ['ledger-intact'],
        silent: 'logs other than the ledger',
      },
      {
        id: '11.5.2',
        about: 'Unauthorised modification of files is detected',
        checks: ['deviations-settled', 'deviations-owned'],
        silent: 'files that no document describes, and how often hosts were looked at',
      },
    ],
  },
  nist: {
    name: 'NIST SP 800-53',
    edition: 'Revision 5',
    publisher: 'NIST',
    controls: [
      {
        id: 'AC-2',
        about: 'Accounts are managed: authorised, made, changed, disabled',
        checks: [...accessChecks, 'nothing-left-over'],
        silent: 'periodic reviews of accounts, and use of accounts',
      },
      {
        id: 'AC-5',
        about: 'Duties are separated',
        checks: ['separated'],
        silent: 'duties outside of changes to the estate',
      },
      {
        id: 'AC-6',
        about: 'People have the least privilege that their tasks need',
        checks: ['privileges-given-by-change'],
        silent: 'whether each role is as small as it could be',
      },
      {
        id: 'AU-2',
        about: 'Events that matter are logged',
        checks: ['traceable'],
        silent: 'events on hosts that no change caused',
      },
      {
        id: 'AU-9',
        about: 'Audit information is protected from change and deletion',
        checks: ['ledger-intact'],
        silent: 'logs other than the ledger',
      },
      {
        id: 'AU-10',
        about: 'Nobody can deny what they did',
        checks: ['statements-signed', 'ledger-intact'],
        silent: 'who held a private key at the time',
      },
      {
        id: 'CM-3',
        about: 'Changes of configuration are proposed, reviewed, approved, recorded and kept',
        checks: [...changeChecks],
        silent: 'tests before a change was merged',
      },
      {
        id: 'CM-5',
        about: 'Only those who may can change systems',
        checks: ['approved', 'separated', 'deviations-settled'],
        silent: 'physical access',
      },
      {
        id: 'CM-6',
        about: 'Settings are set down and implemented; deviations are identified, documented and approved',
        checks: ['deviations-owned', 'deviations-settled', 'traceable'],
        silent: 'whether the settings are those of a common checklist',
      },
    ],
  },
}
