import type { RequestPage } from '../../model/pull-request.ts'
import type { WantedRequest } from '../../ports/forge.ts'
import type { Call } from './api.ts'
import { sameText } from './comments.ts'
import { makeOnce } from './make-once.ts'
import { readPage } from './read-request.ts'
import { openPages } from './requests.ts'

/** GitHub has at most one open pull request of a branch into another. */
export async function keepRequest(call: Call, wanted: WantedRequest): Promise<RequestPage> {
  const { branch, target, title, body, labels } = wanted
  const { thing } = await makeOnce(
    async () => (await openPages(call, { branch })).find((page) => page.target === target),
    async () => {
      const answer = await call.ask(`opening a pull request of ${branch}`, (rest, at) =>
        rest.pulls.create({ ...at, title, body, head: branch, base: target }),
      )
      return barely(readPage(answer, call.place))
    },
  )
  const { number } = thing
  let page: RequestPage = thing
  if (page.title !== title || !sameText(page.body, body)) {
    const answer = await call.ask(`changing pull request ${number}`, (rest, at) =>
      rest.pulls.update({ ...at, pull_number: number, title, body }),
    )
    page = barely(readPage(answer, call.place))
  }
  const missing = labels.filter((label) => !page.labels.includes(label))
  if (missing.length === 0) return page
  await call.ask(`labelling pull request ${number}`, (rest, at) =>
    rest.issues.addLabels({
      ...{ ...at, issue_number: number, labels: missing },
      // Done twice, they are there once.
      request: { ...at.request, repeatable: true },
    }),
  )
  return { ...page, labels: [...page.labels, ...missing] }
}

const barely = (page: ReturnType<typeof readPage>): RequestPage => ({
  ...page,
  ...{ reviews: [], pushes: [], mergeable: 'unknown' },
})
