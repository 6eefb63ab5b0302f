import type { Define } from '../context.ts'
import { Refusal } from '../run-action.ts'
import { exit } from '../terminal.ts'
import { columns, count } from '../views/columns.ts'

const words = {
  encrypted: 'encrypted in the estate',
  plain: 'NOT ENCRYPTED',
  missing: 'missing',
  elsewhere: 'on the machine that applies',
} as const

/** `plumbline secret …`: values go in and never come out. */
export const define: Define = (command, context) => {
  const { terminal } = context
  command
    .command('set')
    .description('encrypt a value for the recipients of the estate and write it to secrets/NAME.age')
    .argument('<name>', 'name, such as db-password; documents say { secret: age/db-password }')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nThe value is asked for, or read from standard input. It is never an argument: those stand in histories and process lists.\n\nExamples:\n  plumbline secret set db-password\n  pwgen -s 32 1 | plumbline secret set db-password',
    )
    .action(async (name: string, options: { json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({})
        const { setSecret } = await import('../../pipeline/secret-store.ts')
        const value = await (terminal.readSecret?.(`value of ${name}: `) ?? '')
        const done = await setSecret(world, name, value)
        if ('refused' in done) throw new Refusal(done.refused)
        if (options.json === true) terminal.out(`${JSON.stringify(done, null, 2)}\n`)
        else
          terminal.out(
            `${done.file} written, for ${count(done.recipients, 'recipient')}\nNext: commit it, and name it in a document: { secret: ${done.reference} }\n`,
          )
        return exit.ok
      }, options),
    )
  command
    .command('list')
    .description('list secrets, where they are kept and who uses them; no value is read')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({})
        const { listSecrets } = await import('../../pipeline/secret-store.ts')
        const secrets = await listSecrets(world)
        if (options.json === true) terminal.out(`${JSON.stringify(secrets, null, 2)}\n`)
        else if (secrets.length === 0) terminal.out('no secrets\n')
        else {
          const rows = secrets.map((s) => [s.reference, words[s.kept], s.usedBy.join(', ') || 'not used'])
          terminal.out(`${columns(rows).join('\n')}\n`)
        }
        return secrets.some((s) => s.kept === 'missing' || s.kept === 'plain') ? exit.error : exit.ok
      }, options),
    )
  command
    .command('rekey')
    .description('encrypt all values anew, for the recipients that plumbline.yaml names now')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({})
        const { rekeySecrets } = await import('../../pipeline/secret-store.ts')
        const done = await rekeySecrets(world)
        if ('refused' in done) throw new Refusal(done.refused)
        if (options.json === true) terminal.out(`${JSON.stringify(done, null, 2)}\n`)
        else
          terminal.out(
            `${count(done.files.length, 'file')} written\nWho is no recipient any more still knows the values: change those, too, with plumbline secret set.\n`,
          )
        return exit.ok
      }, options),
    )
  command
    .command('keygen')
    .description('make this machine an age key with which it reads secrets of the estate')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) =>
      context.run(async () => {
        const world = await context.open({ estateOptional: true })
        const { makeIdentity } = await import('../../pipeline/secret-store.ts')
        const made = await makeIdentity(world)
        if ('refused' in made) throw new Refusal(made.refused)
        if (options.json === true) terminal.out(`${JSON.stringify(made, null, 2)}\n`)
        else
          terminal.out(
            `${made.recipient}\n\nThe private half is in ${made.path}: keep a copy where it is not lost.\nNext: put the line above into spec.secrets.recipients of plumbline.yaml, then plumbline secret rekey where secrets can be read.\n`,
          )
        return exit.ok
      }, options),
    )
}
