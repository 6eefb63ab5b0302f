import type { Json } from '../model/document.ts'
import type { IncomingEvent } from '../model/signal.ts'
import { isObject } from '../schema/is-object.ts'
import {
  type Fault,
  fingerprintOf,
  isScalar,
  momentOf,
  most,
  plain,
  plainLabels,
  type ReadEvents,
  type Reader,
  webAddress,
} from './incoming.ts'

/**
 * The webhook of Alertmanager, version 4: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config. Its groups
 * are left alone: each alert is a condition of its own, told from others by its labels.
 */
export function readAlertmanager(payload: Json | undefined, reader: Reader): ReadEvents {
  if (!isObject(payload)) return { fault: 'it is no JSON object' }
  if (payload['version'] !== '4') return { fault: 'it is not version 4 of the webhook of Alertmanager' }
  const { alerts } = payload
  if (!Array.isArray(alerts)) return { fault: 'it has no alerts' }
  if (alerts.length > most.events) return { fault: `it has more than ${most.events} alerts; set max_alerts` }
  const events: IncomingEvent[] = []
  for (const [i, alert] of alerts.entries()) {
    const read = readAlert(alert, reader)
    if ('fault' in read) return { fault: `alert ${i + 1}: ${read.fault}` }
    events.push(read)
  }
  return { events }
}

function readAlert(alert: Json, { source, now, sha256 }: Reader): IncomingEvent | Fault {
  if (!isObject(alert)) return { fault: 'it is no object' }
  const { status, labels, annotations } = alert
  if (status !== 'firing' && status !== 'resolved') return { fault: 'its status is neither firing nor resolved' }
  if (!isObject(labels)) return { fault: 'it has no labels' }
  const began = momentOf(alert['startsAt'], now)
  if (began === undefined) return { fault: 'startsAt is no time' }
  const named = plainLabels(Object.entries(labels))
  const kind = named['alertname'] ?? 'alert'
  const url = webAddress(alert['generatorURL'])
  const all = Object.entries(labels).flatMap(([name, value]) => (isScalar(value) ? [`${name}=${value}`] : []))
  return {
    source,
    // Alertmanager's own fingerprint is of its labels as well; another Alertmanager must not be able to claim it.
    fingerprint: fingerprintOf(sha256, source, ...all.sort()),
    kind: plain(kind, most.title),
    title: plain(titleIn(annotations) ?? kind, most.title),
    labels: named,
    ...(url !== undefined && { url }),
    began,
    ...(status === 'resolved' && { ended: Math.max(began, momentOf(alert['endsAt'], now) ?? now) }),
  }
}

/** What people are told of an alert, by the habits of those who write rules. */
function titleIn(annotations: Json | undefined): string | undefined {
  if (!isObject(annotations)) return undefined
  const text = [annotations['summary'], annotations['title'], annotations['description']].find(
    (value) => typeof value === 'string' && value.trim() !== '',
  )
  return text as string | undefined
}
