/** What a page asks for passes here: navigation guards, request guards, own schemes, headers. */
import { host } from './host.ts'
import { fileResponse, toAppUrl } from './own-schemes.ts'
import type { SchemeHandler } from './session.ts'
import type { WebContents } from './web-contents.ts'

export interface PausedRequest {
  requestId: string
  resourceType: string
  frameId: string
  request: {
    url: string
    method: string
    headers: Record<string, string>
    hasPostData?: boolean
    postData?: string
  }
}

export async function answerRequest(contents: WebContents, paused: PausedRequest): Promise<void> {
  const { requestId, request } = paused
  const url = toAppUrl(request.url)
  const isDocument = paused.resourceType === 'Document' && paused.frameId === contents._targetId
  if (isDocument && !contents._mayNavigate(url)) return refuse(contents, requestId, 'Aborted')

  const blocked = await contents.session.webRequest._isBlocked({
    url,
    method: request.method,
    resourceType: isDocument ? 'mainFrame' : paused.resourceType.toLowerCase(),
    webContentsId: contents.id,
  })
  if (blocked) return refuse(contents, requestId, 'BlockedByClient')

  const handler = handlerFor(contents, url)
  if (!handler) {
    await contents._cdp.send('Fetch.continueRequest', { requestId })
    return
  }
  const { method, headers } = request
  const body = request.hasPostData ? { body: request.postData ?? '' } : {}
  let response: Response
  try {
    response = await handler(new Request(url, { method, headers, ...body }))
  } catch (error) {
    console.error('electron-host: the handler of an own scheme failed', url, error)
    return refuse(contents, requestId, 'Failed')
  }
  await fulfil(contents, requestId, url, response)
}

function handlerFor(contents: WebContents, url: string): SchemeHandler | undefined {
  const { protocol, webRequest } = contents.session
  const own = protocol._handlers.get(new URL(url).protocol.slice(0, -1))
  if (own) return own
  // Files are read here only when their headers are to be changed.
  return url.startsWith('file:') && webRequest._headersReceived ? fileResponse : undefined
}

async function fulfil(
  contents: WebContents,
  requestId: string,
  url: string,
  response: Response,
): Promise<void> {
  const lists: Record<string, string[]> = {}
  for (const [name, value] of response.headers) lists[name] = [...(lists[name] ?? []), value]
  const details = { url, statusCode: response.status, responseHeaders: lists }
  const headers = await contents.session.webRequest._headersFor(details)
  await contents._cdp.send('Fetch.fulfillRequest', {
    requestId,
    responseCode: response.status || 200,
    responseHeaders: Object.entries(headers).flatMap(([name, values]) =>
      values.map((value) => ({ name, value })),
    ),
    body: Buffer.from(await response.arrayBuffer()).toString('base64'),
  })
}

async function refuse(contents: WebContents, requestId: string, errorReason: string) {
  if (host.contents.has(contents.id)) {
    await contents._cdp.send('Fetch.failRequest', { requestId, errorReason })
  }
}
