import { compareText } from '../../model/diagnostic.ts'
import type { Report } from '../../model/practice.ts'
import { knownIn, unexplainedOn } from './observed.ts'
import { unusedGrants } from './unused.ts'

/** What hosts let in, and no document. */
const unexplained: Report = {
  name: 'unexplained-access',
  summary: 'accounts, keys, passwords and sudo rules seen on hosts that no grant explains, with both ways out',
  about: 'Host',
  observed: true,
  run: (input, about) => {
    const known = knownIn(input)
    const judged = about.map((host) => ({ host: host.document.metadata.name, ...unexplainedOn(host, input, known) }))
    const found = judged.flatMap((j) => j.found)
    const lacking = judged.filter((j) => j.lacks.length > 0).map(({ host, lacks }) => ({ host, lacks }))
    return {
      title: 'Unexplained access',
      tables: [
        {
          caption: 'What nothing explains',
          head: ['number', 'host', 'what', 'who', 'detail', 'whose', 'last seen', 'because', 'to remove it'],
          rows: found.map((f, i) => [
            ...[i + 1, f.host, f.what, f.who, f.detail, f.person ?? '–'],
            ...[f.seen?.slice(0, 16) ?? '–', f.because, f.remove],
          ]),
          empty: `documents explain all that was seen, on ${about.length - lacking.length} of ${about.length} hosts`,
        },
        {
          caption: 'To keep it: the document to add',
          head: ['number', 'document'],
          rows: found.map((f, i) => [i + 1, f.adopt]),
          empty: 'there is nothing to be added',
        },
        {
          caption: 'Hosts that could not be judged, or not in all',
          head: ['host', 'not known'],
          rows: lacking.map((l) => [l.host, l.lacks.join(', ')]),
          empty: 'every host was',
        },
      ],
      data: { found: found.map((f) => ({ ...f })), notKnown: lacking.map(({ host, lacks }) => ({ host, lacks })) },
    }
  },
}

/** What people were given and don't use. */
const unused: Report = {
  name: 'unused-grants',
  summary: 'grants by which nobody was seen to log in for long, by host and account, with both ways out',
  about: 'AccessGrant',
  observed: true,
  run: (input, about) => {
    const { unused: found, notSeen } = unusedGrants(input, about)
    const rows = (sure: boolean) =>
      found
        .filter((u) => u.sure === sure)
        .map((u) => [
          ...[u.grant, u.host, u.login, u.person ?? '–', u.last?.slice(0, 10) ?? 'never', u.after],
          ...[u.since?.slice(0, 10) ?? '–', u.remove, u.keep],
        ])
    const head = ['grant', 'host', 'login', 'whose', 'last login', 'days', 'known since', 'to remove it', 'to keep it']
    return {
      title: 'Unused grants',
      tables: [
        { caption: 'Not used', head, rows: rows(true), empty: 'every grant that could be judged was used' },
        {
          caption: 'No login seen, and records of the host reach back less far: it may be used without a terminal',
          head,
          rows: rows(false),
          empty: 'there are none of which it is not sure',
        },
        {
          caption: 'Hosts of whose logins nothing is known',
          head: ['host'],
          rows: notSeen.map((host) => [host]),
          empty: 'there are none',
        },
      ],
      data: { unused: found.map((u) => ({ ...u })), notSeen },
    }
  },
}

export const observedReports: readonly Report[] = [unexplained, unused].sort((a, b) => compareText(a.name, b.name))
