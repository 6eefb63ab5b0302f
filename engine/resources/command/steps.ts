import { launcher } from '../../model/launcher.ts'
import type { Change, Step } from '../../model/resource.ts'
import { type HostPath, hostPath, join, type Script, secret, sh } from '../../model/script.ts'
import { encodeBase64 } from '../base64.ts'
import { step, words } from '../shell.ts'
import { type CommandSpec, type CommandState, hasInverse, noteOf, noteText, wordsOf } from './spec.ts'

export function steps({ verb, resource, have }: Change<CommandSpec, CommandState>): Step {
  const { name, spec } = resource
  const note = hostPath(noteOf(name))
  if (verb === 'delete') {
    const known = have?.kept !== null && have?.kept !== undefined && hasInverse(have.kept)
    return {
      summary: known
        ? `take the command ${name} back`
        : `forget the command ${name}: it names no inverse, what it did stays`,
      script: takeBack(name, note),
      reversibility: 'best-effort',
    }
  }
  if (verb === 'update') {
    return {
      summary: `keep another inverse of the command ${name}`,
      script: step(keep(spec, note)),
      reversibility: 'best-effort',
    }
  }
  return {
    summary: `run ${shown(spec)} (${name})`,
    script: run(spec, note),
    reversibility: spec.inverse === undefined ? 'best-effort' : 'inverse',
    ...(spec.inverse !== undefined && { inverse: takeBack(name, note) }),
  }
}

/** Words as a person would type them; of a text the first line. */
function shown({ run: argv, script = '' }: CommandSpec): string {
  if (argv !== undefined)
    return words(argv)
      .parts.map((p) => p.text)
      .join('')
  const [first = '', ...more] = script.trim().split('\n')
  return more.length === 0 ? `the shell text «${first}»` : `the shell text «${first} …», ${more.length + 1} lines`
}

/** Values of the environment travel in the script, never on a command line, and are masked: any of them may be a secret. */
function run(spec: CommandSpec, note: HostPath): Script {
  const { name, user = 'root', timeout = 300, workingDirectory = '', environment = {} } = spec
  const line = spec.run ?? ['/bin/sh', '-c', spec.script ?? '']
  const assign = Object.entries(environment).map(
    ([key, value]) =>
      sh`export ${{ readOnly: false, parts: [{ text: variable(key), secret: false }] }}=${secret(value)}`,
  )
  return step(sh`${launcher}
(
${join(assign)}
launch run ${user} ${timeout} ${workingDirectory} ${words(wordsOf(line))} >&2
)
c=$?
[ "$c" -ne 124 ] || fail ${`the command ${name} did not end within ${timeout} seconds`}
[ "$c" -eq 0 ] || fail ${`the command ${name} ended with status `}"$c"
${keep(spec, note)}`)
}

/** A name of an environment variable is the one value that can't be quoted: what is none becomes one that nobody reads. */
const variable = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : 'PLUMBLINE_BAD_NAME')

function keep(spec: CommandSpec, note: HostPath): Script {
  return sh`umask 077
n=${note}
mkdir -p "\${n%/*}" || exit 1
base64 -d > "$n.new" <<'PLUMBLINE_CONTENT' || exit 1
${encodeBase64(new TextEncoder().encode(noteText(spec)))}
PLUMBLINE_CONTENT
{ sync "$n.new" && mv -f "$n.new" "$n"; } || exit 1`
}

/** What is run is what the host kept when the command ran, as root alone can write it. */
function takeBack(name: string, note: HostPath): Script {
  return step(sh`${launcher}
n=${note}
[ -f "$n" ] || exit 0
{ IFS= read -r account && IFS= read -r seconds && IFS= read -r folder; } < "$n" || fail 'what was kept of the command can not be read'
text=$(tail -n +4 "$n") || exit 1
if [ -n "$text" ]; then
  launch run "$account" "$seconds" "$folder" /bin/sh -c "$text" >&2 || fail ${`the inverse of ${name} ended with status `}"$?"
fi
rm -f "$n" || exit 1`)
}
