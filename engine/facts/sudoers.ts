import { read } from '../model/script.ts'
import { fact, numbered, numberedLines, readable, tagged } from './fact.ts'

/** Rules of sudo as they are written, with lines that go on put together. Aliases and settings are rules as well. */
export const sudoers = fact(
  'sudoers',
  [
    readable,
    read`set --
readable "$R/etc/sudoers.d"
for file in "$R/etc/sudoers" "$R"/etc/sudoers.d/*; do
  # sudo itself passes over these.
  case \${file##*/} in *.* | *~) continue ;; esac
  [ -f "$file" ] || continue
  readable "$file"
  set -- "$@" "$file"
  printf 'file %s %s\n' "$#" "\${file#"$R"}"
done`,
    numberedLines,
  ],
  (stdout) => {
    const files = new Map(
      tagged(stdout, 'file').map((line) => {
        const at = line.indexOf(' ')
        return [Number(line.slice(0, at)), line.slice(at + 1)]
      }),
    )
    const rules: { file: string; rule: string }[] = []
    let open: { file: number; text: string } | undefined
    for (const { file, text } of numbered(stdout)) {
      const whole: string = open?.file === file ? `${open.text} ${text.trim()}` : text.trim()
      open = whole.endsWith('\\') ? { file, text: whole.slice(0, -1).trim() } : undefined
      const path = files.get(file)
      if (open !== undefined || path === undefined || !isRule(whole)) continue
      rules.push({ file: path, rule: whole })
    }
    return rules
  },
)

/** No comment; `#includedir` and `#1000`, which is a user, look like one. */
const isRule = (line: string): boolean => line !== '' && (!line.startsWith('#') || /^#(include(dir)?\s|\d)/.test(line))
