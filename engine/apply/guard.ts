import type { Step } from '../model/resource.ts'
import { hostPath, join, type Script, sh } from '../model/script.ts'

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

/**
 * Wraps a step so that it runs at most where the fencing number is the highest that the host has seen, alone, and only
 * after the files it replaces were kept. `flock` is held for the whole action: a process that was paused and wakes late
 * finds a higher number and writes nothing.
 *
 * @param fence number of the environment's lock, as the ledger gave it
 */
export function guarded(step: Step, environment: string, fence: number): Script {
  const folder = hostPath(stateFolder)
  const fenceFile = hostPath(`${stateFolder}/fence-${environment}`)
  return join([
    sh`umask 077
mkdir -p ${folder} ${hostPath(`${stateFolder}/preimages`)} || exit ${guardExit.noState}
chmod 700 ${folder} ${hostPath(`${stateFolder}/preimages`)} || exit ${guardExit.noState}
exec 9>>${hostPath(`${stateFolder}/lock`)} || exit ${guardExit.noState}
flock -w 20 9 || exit ${guardExit.lockBusy}
seen=$(cat ${fenceFile} 2>/dev/null) || seen=0
[ "\${seen:-0}" -le ${fence} ] || exit ${guardExit.lockLost}
if [ "\${seen:-0}" -ne ${fence} ]; then
  { echo ${fence} > ${fenceFile}.new && sync ${fenceFile}.new && mv -f ${fenceFile}.new ${fenceFile}; } || exit ${guardExit.noState}
fi`,
    ...(step.preimages ?? []).map(keepPreimage),
    sh`umask 022`,
    step.access === true && step.inverse !== undefined ? withDeadMan(step.script, step.inverse) : step.script,
  ])
}

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

/** Runs an access step under a timer on the host that takes it back unless it is called off. */
function withDeadMan(script: Script, inverse: Script): Script {
  const armed = hostPath(`${stateFolder}/dead-man`)
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

/** Calls the timer off: run over a second login, which by that proves that the engine still gets in. */
export function callOffDeadMan(): Script {
  return sh`rm -f ${hostPath(`${stateFolder}/dead-man`)}`
}
