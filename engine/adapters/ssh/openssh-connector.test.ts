import { describe } from 'vitest'
import { hostSessionContract, remoteContract } from './host-session.contract.ts'
import { OpensshConnector } from './openssh-connector.ts'
import { sshdLab } from './test-labs.ts'
import { whyNoSshd } from './test-sshd.ts'

describe.skipIf(whyNoSshd() !== undefined)("the system's ssh to a real sshd", () => {
  const lab = () => sshdLab((file) => new OpensshConnector({ identityFiles: [file], userConfig: null }))
  hostSessionContract('openssh', lab)
  remoteContract('openssh', lab)
})
