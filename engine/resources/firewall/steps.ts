import type { Change, Step } from '../../model/resource.ts'
import { hostPath, type Script, sh } from '../../model/script.ts'
import { encodeBase64 } from '../base64.ts'
import { at, fillFrom, fillFromPreimage, removeFile, replaceFile } from '../replace-file.ts'
import { step } from '../shell.ts'
import { liveFunctions } from './live.ts'
import { type FirewallSpec, type FirewallState, rulesetPath } from './spec.ts'

/** Where a step notes what it takes away, for its inverse and for a removal long after. */
const notes = '/var/lib/plumbline/firewall'
const note = (name: string) => hostPath(`${notes}/${name}`)
const file = hostPath(rulesetPath)

/**
 * The file is checked by nft together with what it replaces, put in place, and loaded in one transaction: packets meet the old
 * rules or the new ones. Tables that the old file brought and the new one does not name go with it; those that neither names
 * belong to somebody else and stay. The inverse needs no network: it is what the dead-man timer runs.
 */
export function steps({ verb, resource, have, fields }: Change<FirewallSpec, FirewallState>): Step {
  const { spec } = resource
  const kept = have === null || have.sha256 === 'none' ? undefined : have
  const shared = {
    access: true,
    inverse: step(takeBack(kept)),
    ...(kept !== undefined && { preimages: [{ path: rulesetPath, sha256: kept.sha256 }] }),
  }
  if (verb === 'delete') {
    return { summary: 'remove the firewall', script: step(remove), reversibility: exactness(have), ...shared }
  }
  const enabled = spec.enabled !== false
  if (verb === 'update' && fields.every((field) => field.path === 'enabled')) {
    const words = enabled ? 'load the firewall at each start' : 'load the firewall at starts no more'
    return {
      summary: words,
      script: step(sh`${begin}
${enable(enabled)}`),
      reversibility: 'exact',
      ...shared,
    }
  }
  const rewrites = verb === 'create' || fields.some((field) => field.path === 'content')
  const size = spec.preimage === undefined ? `${bytesOf(spec).length} bytes` : 'as it was'
  return {
    summary: rewrites ? `load another firewall (${size})` : 'load the firewall as its file says',
    script: step(put(spec, have, enabled)),
    reversibility: have === null ? 'inverse' : exactness(have),
    ...shared,
  }
}

/** What the kernel held beside the file came from nowhere that could be asked again. */
const exactness = (have: FirewallState | null): Step['reversibility'] =>
  have?.live === 'differs' || have?.live === 'not-loadable' ? 'best-effort' : 'exact'

function put(spec: FirewallSpec, have: FirewallState | null, enabled: boolean): Script {
  const fill =
    spec.preimage === undefined
      ? fillFrom(spec.base64 ?? encodeBase64(bytesOf(spec)), false)
      : fillFromPreimage(spec.preimage)
  const all = /^[ \t]*flush[ \t]+ruleset\b/m.test(spec.content ?? '') ? 'yes' : ''
  return sh`${begin}
${have === null ? keepOriginal : sh`:`}
${replaceFile({
  locate: at(rulesetPath),
  fill,
  mode: have?.mode ?? '0644',
  owner: sh`root`,
  group: sh`root`,
  validate: sh`if [ -z "$R" ]; then
  all=${all}
${prepare}
fi`,
})} || exit 1
if [ -z "$R" ]; then
  { cat ${note('transaction')} && printf 'include "%s"\n' ${file}; } | nft -f - || fail 'the ruleset could not be loaded'
fi
${enable(enabled)}`
}

/** Nothing of an earlier step may be taken for this one's. */
const begin = sh`umask 077
mkdir -p ${hostPath(notes)} || exit 1
rm -f ${note('before')} ${note('tables')} ${note('was')} ${note('transaction')} || exit 1
[ -n "$R" ] || command -v nft >/dev/null || fail 'the host has no nft'
${liveFunctions}
if command -v systemctl >/dev/null; then systemctl \${R:+--root="$R"} is-enabled -- nftables.service > ${note('was')} 2>/dev/null; fi
umask 022`

/** What the package brought comes back when the firewall goes. */
const keepOriginal = sh`rm -f ${note('original')} ${note('original-was')}
[ ! -f ${note('was')} ] || cp -- ${note('was')} ${note('original-was')} || exit 1
if [ -f ${file} ]; then cp -p -- ${file} ${note('original')} || exit 1; fi`

/**
 * Beside the new file at ./new: notes which tables are touched and how they are now, makes the first half of the transaction, and
 * has nft check both ways, there and back. A ruleset that holds rules of iptables can be listed and not loaded again.
 */
const save = sh`nft list tables | sed -n 's/^table //p' | sort > ${note('now')} || exit 1
sort -u ${note('tables')} > ${note('sorted')} && comm -12 ${note('sorted')} ${note('now')} > ${note('touched')} || exit 1
sed 's/^/delete table /' ${note('touched')} > ${note('transaction')} || exit 1
while IFS= read -r each; do nft list table "$each" || exit 1; done < ${note('touched')} > ${note('before.new')} || fail 'the ruleset could not be listed'
cat ${note('transaction')} ${note('before.new')} | nft -c -f - || fail 'what is loaded now could not be brought back by nft'
sync ${note('before.new')} && mv -f ${note('before.new')} ${note('before')} || exit 1`

const tablesOfOld = sh`: > ${note('tables')}
if [ -f ${file} ] && old=$(meant ${file}); then printf '%s\n' "$old" | tables >> ${note('tables')}; fi`

const prepare = sh`
umask 077
${tablesOfOld}
new=$(meant "$PWD/new") || fail "$new"
printf '%s\n' "$new" | tables >> ${note('tables')}
[ -z "$all" ] || nft list tables | sed 's/^table //' >> ${note('tables')}
${save}
{ cat ${note('transaction')} && printf 'include "%s"\n' "$PWD/new"; } | nft -c -f - || fail 'nft does not accept the ruleset'
umask 022`

const originalBack = sh`if [ -f ${note('original')} ]; then
  cp -p -- ${note('original')} ${file}.plumbline && sync ${file}.plumbline && mv -f ${file}.plumbline ${file} || exit 1
else
${removeFile(at(rulesetPath))} || exit 1
fi`

const remove = sh`${begin}
if [ -z "$R" ]; then
  umask 077
  ${tablesOfOld}
  echo 'inet plumbline' >> ${note('tables')}
  ${save}
  nft -f ${note('transaction')} || fail 'the tables could not be removed'
  umask 022
fi
case $(cat ${note('original-was')} 2>/dev/null) in
  enabled*) [ -f ${note('original')} ] || ${enable(false)} ;;
  *) ${enable(false)} ;;
esac
${originalBack}`

/** Takes back what the step noted before it did anything; where it noted nothing, it did nothing. */
function takeBack(kept: FirewallState | undefined): Script {
  return sh`[ -e ${note('before')} ] || [ -e ${note('was')} ] || exit 0
${
  kept === undefined
    ? originalBack
    : sh`${replaceFile({ locate: at(rulesetPath), fill: fillFromPreimage(kept.sha256), mode: kept.mode, owner: sh`root`, group: sh`root` })} || exit 1`
}
if [ -z "$R" ] && [ -e ${note('before')} ]; then
  { nft list tables | sed -n 's/^table //p' | sort | comm -12 - ${note('sorted')} | sed 's/^/delete table /'; cat ${note('before')}; } | nft -f - || exit 1
fi
case $(cat ${note('was')} 2>/dev/null) in
  enabled*) ${enable(true)} ;;
  ?*) ${enable(false)} ;;
esac
rm -f ${note('before')} ${note('was')}`
}

/** The unit is not started: it would load the file a second time, and to stop or restart it drops every rule there is. */
function enable(enabled: boolean): Script {
  return sh`if command -v systemctl >/dev/null && systemctl \${R:+--root="$R"} cat -- nftables.service >/dev/null 2>&1; then
  systemctl \${R:+--root="$R"} --quiet ${enabled ? 'enable' : 'disable'} -- nftables.service || exit 1
elif [ -z "$R" ]; then fail 'the host has no nftables.service that would load the firewall when it starts'
fi`
}

function bytesOf(spec: FirewallSpec): Uint8Array {
  if (spec.base64 !== undefined) return Uint8Array.from(atob(spec.base64), (c) => c.charCodeAt(0))
  return new TextEncoder().encode(spec.content ?? '')
}
