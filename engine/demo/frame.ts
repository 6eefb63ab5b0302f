import { basename, relative } from 'node:path'
import type { Terminal } from '../cli/terminal.ts'
import { quote } from '../model/script.ts'
import type { DemoFolder } from './demo-folder.ts'
import type { DemoHosts } from './demo-hosts.ts'

/** What is about to be seen, and what of it is real. */
export function welcome({ out, colors: c }: Terminal, folder: DemoFolder): void {
  out(`${c.bold('Plumbline')}: how far is the estate off true, who put it there, and how to bring it back.

Real: git, SSH, signatures, and every command below with what it prints.
Simulated: the four hosts, which are folders; nothing on them runs.
All of it happens in ${folder.path}
Nothing of your own is read or changed: no keys, no git configuration, no ~/.ssh.
`)
}

/** What was shown, and how to go on. */
export function farewell(
  { out, colors: c, cwd }: Terminal,
  folder: DemoFolder,
  told: { readonly steps: number; readonly seconds: number },
): void {
  const own = quote(`${folder.path}/plumbline`)
  out(`
${c.bold(c.green('That is the whole story'))}: ${told.steps} steps in ${told.seconds.toFixed(0)} s, and each of them gave what it promised.
Described, checked, planned, approved, applied, found adrift, explained, taken back, imported, adopted, asked, audited.

${c.bold('Play on.')} Start the hosts again (Ctrl-C ends them):
    ${own} demo --serve --folder ${quote(folder.path)}
and in another terminal:
${playing(folder)}

${c.bold('An estate of your own:')}  ${calledAs(cwd)} init my-estate
`)
}

/** The hosts of a demo are up. */
export function serving({ out, colors: c }: Terminal, folder: DemoFolder, hosts: DemoHosts): void {
  const list = hosts.all.map(({ name, port, root }) => `    ${name}  127.0.0.1:${port}  ${root}`)
  out(`${c.bold('Simulated hosts are up')}; Ctrl-C ends them.
${list.join('\n')}

In another terminal:
${playing(folder)}
`)
}

const playing = (folder: DemoFolder): string => `    cd ${quote(folder.estate)}
    ../plumbline plan                            how things are
    echo hello >> ../hosts/web-02/etc/motd       change a host by hand, then: ../plumbline drift
    git switch -c mine                           change a document and commit it, as Mira; then:
    ../plumbline plan; ../plumbline approve mine --key ../keys/jonas
    git switch main && git merge --no-ff mine && git push && ../plumbline apply
    ../plumbline --help                          all commands`

/** How the user got here: by an installed command, or by the file that was built. */
function calledAs(cwd: string): string {
  const script = process.argv[1] ?? 'plumbline'
  if (basename(script) === 'plumbline') return 'plumbline'
  const near = relative(cwd, script)
  return `node ${quote(near.startsWith('..') ? script : near)}`
}
