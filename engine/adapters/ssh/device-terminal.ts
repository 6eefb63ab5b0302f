import type { AnyAuthMethod, Client, ClientChannel } from 'ssh2'
import { escapeControls } from '../../model/escape.ts'
import type { DeviceTerminal } from '../../ports/device-terminal.ts'
import type { SessionFailure } from '../../ports/host-session.ts'
import { Deadline } from './run-script.ts'
import { endClient } from './ssh2-connection.ts'

/** Ways to log in by a password: some devices take it only as the answer to a question. */
export function passwordMethods(username: string, password: string): AnyAuthMethod[] {
  return [
    { type: 'password', username, password },
    {
      type: 'keyboard-interactive',
      username,
      // One question without echo is the one for the password; whoever asks more gets no answer.
      prompt: (_name, _instructions, _language, questions, answer) =>
        answer(questions.length === 1 && questions[0]?.echo !== true ? [password] : []),
    },
  ]
}

/** A shell on a terminal so wide that no line is folded, and so high that few devices page. `connect` and `talk` are milliseconds. */
export async function terminalOn(
  client: Client,
  limits: { readonly connect: number; readonly talk: number },
): Promise<DeviceTerminal | SessionFailure> {
  const opening = new Deadline(limits.connect)
  const channel = await opening.over(shellOn(client))
  opening.clear()
  if (channel === 'deadline' || 'failed' in channel) {
    await endClient(client)
    return channel === 'deadline' ? { failed: 'no-shell', detail: 'no terminal came in time' } : channel
  }
  channel.on('error', () => {}) // It ends: that is what `read` tells.
  channel.stderr.resume()
  const talking = new Deadline(limits.talk)
  const chunks = channel[Symbol.asyncIterator]()
  const next = async (): Promise<Uint8Array | 'closed'> => {
    try {
      const { value, done } = await chunks.next()
      return done === true ? 'closed' : (value as Buffer)
    } catch {
      return 'closed'
    }
  }
  return {
    read: () => talking.over(next()),
    write: (text) => {
      if (channel.writable) channel.write(text)
    },
    close: () => {
      talking.clear()
      channel.destroy()
      return endClient(client)
    },
  }
}

function shellOn(client: Client): Promise<ClientChannel | SessionFailure> {
  return new Promise((resolve) => {
    const refused = (message: string) => resolve({ failed: 'no-shell', detail: escapeControls(message) })
    client.once('close', () => refused('the device closed the connection'))
    try {
      client.shell({ term: 'dumb', cols: 511, rows: 10_000, width: 0, height: 0 }, (error, channel) =>
        error ? refused(error.message) : resolve(channel),
      )
    } catch {
      refused('the connection is gone')
    }
  })
}
