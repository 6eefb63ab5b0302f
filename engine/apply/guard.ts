import type { Step } from '../model/resource.ts'
import { type HostPath, hostPath, join, type Script, sh } from '../model/script.ts'

/** Exit codes of the guard itself, beyond those that tools use. */
export const guardExit = {
  lockBusy: 121,
  lockLost: 122,
  changedMeanwhile: 123,
  noState: 124,
  preimageFailed: 125,
} as const

/** Where the engine keeps its own things on a host. */
export const stateFolder = '/var/lib/plumbline'

/** Under which lock a step runs, and for which action of which change. */
export interface Guard {
  /** Names the lock among those of all ledgers that ever reached the host. */
  readonly lock: string
  /** Number of the environment's lock, as the ledger gave it. */
  readonly fence: number
  readonly change: string
  readonly action: string
}

/**
 * Wraps a step so that it runs at most where the fencing number is the highest that the host has seen, alone, and only
 * after the files it replaces were kept. `flock` is held for the whole action: a process that was paused and wakes late
 * finds a higher number and writes nothing.
 *
 * @param times `once` for what leaves no trace of its own, a restart: the host notes that it was done; `unless-done`
 *   looks for that note first
 */
export function guarded(
  step: Step,
  { lock, fence, change, action }: Guard,
  times: 'always' | 'once' | 'unless-done' = 'always',
): Script {
  const noted = hostPath(`${stateFolder}/done-${lock}-${change}`)
  const folder = hostPath(stateFolder)
  const fenceFile = hostPath(`${stateFolder}/fence-${lock}`)
  return join([
    sh`umask 077
mkdir -p ${folder} ${hostPath(`${stateFolder}/preimages`)} || exit ${guardExit.noState}
chmod 700 ${folder} ${hostPath(`${stateFolder}/preimages`)} || exit ${guardExit.noState}
exec 9>>${hostPath(`${stateFolder}/lock`)} || exit ${guardExit.noState}
flock -w 20 9 || exit ${guardExit.lockBusy}
seen=$(cat ${fenceFile} 2>/dev/null) || seen=0
[ "\${seen:-0}" -le ${fence} ] || exit ${guardExit.lockLost}
if [ "\${seen:-0}" -ne ${fence} ]; then
  { echo ${fence} | cat > ${fenceFile}.new && sync ${fenceFile}.new && mv -f ${fenceFile}.new ${fenceFile}; } || exit ${guardExit.noState}
fi`,
    ...(step.preimages ?? []).map(keepPreimage),
    sh`umask 022`,
    ...(times === 'unless-done' ? [sh`grep -qxF ${action} ${noted} 2>/dev/null && exit 0`] : []),
    step.access === true && step.inverse !== undefined ? withDeadMan(step.script, step.inverse, action) : step.script,
    ...(times === 'always' ? [] : [noteDone(action, noted, hostPath(`${stateFolder}/done-${lock}-`))]),
  ])
}

/** One line for each restart of a change. Of earlier changes nobody asks again: one ends before the next begins. */
const noteDone = (action: string, noted: HostPath, earlier: HostPath): Script => sh`c=$?
[ "$c" -eq 0 ] || exit "$c"
[ -e ${noted} ] || rm -f ${earlier}*
echo ${action} >> ${noted}
sync ${noted} 2>/dev/null
exit 0`

function keepPreimage(preimage: { readonly path: string; readonly sha256: string }): Script {
  const source = hostPath(preimage.path)
  const kept = hostPath(`${stateFolder}/preimages/${preimage.sha256}`)
  return sh`if [ ! -f ${kept} ]; then
  cp -p -- ${source} ${kept}.new || exit ${guardExit.preimageFailed}
  got=$(sha256sum < ${kept}.new) || exit ${guardExit.preimageFailed}
  if [ "\${got%% *}" != ${preimage.sha256} ]; then rm -f ${kept}.new; exit ${guardExit.changedMeanwhile}; fi
  { chmod 600 ${kept}.new && sync ${kept}.new && mv -f ${kept}.new ${kept}; } || exit ${guardExit.preimageFailed}
else
  got=$(sha256sum < ${source}) || exit ${guardExit.preimageFailed}
  [ "\${got%% *}" = ${preimage.sha256} ] || exit ${guardExit.changedMeanwhile}
fi`
}

/** Seconds in which a second login has to prove that the way in still works. */
const deadManSeconds = 60

/**
 * Runs an access step under a timer on the host that takes it back unless it is called off. Each action has a timer of its
 * own: one that was called off must not go on under the next one's, and take back what was proved.
 */
function withDeadMan(script: Script, inverse: Script, action: string): Script {
  const armed = deadMan(action)
  return join([
    sh`: > ${armed} || exit ${guardExit.noState}
( exec 9>&-; exec </dev/null >/dev/null 2>&1; trap '' HUP
  i=0; while [ "$i" -lt ${deadManSeconds} ] && [ -e ${armed} ]; do sleep 1; i=$((i+1)); done
  if [ -e ${armed} ]; then rm -f ${armed}`,
    inverse,
    sh`  fi ) &`,
    script,
  ])
}

/** Calls the timer off, where one is still set. */
export function callOffDeadMan(action: string): Script {
  return sh`rm -f ${deadMan(action)}`
}

/** The same over a second login, which proves that the engine still gets in, unless it got in only since the step was taken back. */
export function keepProved(action: string): Script {
  return sh`[ -e ${deadMan(action)} ] || { echo 'the host has taken it back before' >&2; exit 1; }
${callOffDeadMan(action)}`
}

const deadMan = (action: string): HostPath => hostPath(`${stateFolder}/dead-man-${action}`)
