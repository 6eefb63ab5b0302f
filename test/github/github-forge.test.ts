import { describe } from 'vitest'
import { forgeContract } from '../../engine/adapters/forge/forge.contract.ts'
import { githubStage } from './github-stage.ts'

describe('GitHub is a forge', () => {
  forgeContract(githubStage)
})
