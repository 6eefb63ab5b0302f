import { read, type Script } from '../model/script.ts'

/** Prints the logins of people, each on a line: whoever has a number of theirs and is not the engine. */
export const people: Script = read`awk -F: '$3 >= 1000 && $3 < 60000 && $1 != "plumbline" && !seen[$1]++ { print $1 }' "$R/etc/passwd" 2>/dev/null`
