import type { FakeGitHub, FakeGitHubOptions } from './fake-github.ts'

/** Starts one on a port of this machine. */
export async function openGitHub(_options: FakeGitHubOptions = {}): Promise<FakeGitHub> {
  throw new Error('not there yet')
}
