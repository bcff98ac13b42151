/** Routes that the contract cannot carry as JSON: lines of text, files, and the way in. */
import type { RouterClient } from '@orpc/server'
import type { Metrics } from '../../../base/metrics/index.ts'
import { failure, type KeyCalls, type Publish, type Router } from '../../handlers/index.ts'
import {
  announcedLength,
  BODY_BYTES_MAX,
  bounded,
  type Exchange,
  findKeyRoute,
  readJson,
  sendJson,
  sendText,
  tooLarge,
} from '../rest/index.ts'
import type { OneTimeLink } from './index.ts'
import { BUNDLE_BYTES_MAX } from './limits.ts'
import { sendLogs } from './log-lines.ts'
import { parseSession } from './messages.ts'

export interface RawRouteDeps {
  client: RouterClient<Router>
  publish: Publish
  keys: KeyCalls
  metrics: Metrics
  openApi: () => Promise<string>
  link: () => OneTimeLink
  /** The token for a code that is good. */
  redeem: (code: string) => string | undefined
}

export interface RawRoute {
  /** Answers without a token. */
  open: boolean
  bodyBytesMax: number
  answer(exchange: Exchange): Promise<void>
}

/** The route of a request, or undefined when the contract has to know it. */
export function findRawRoute(
  method: string,
  { pathname, search }: URL,
  deps: RawRouteDeps,
): RawRoute | undefined {
  switch (`${method} ${pathname}`) {
    case 'GET /metrics':
      return closed((exchange) => sendMetrics(exchange, deps.metrics))
    case 'GET /api/openapi.json':
      return closed(async ({ response }) => {
        sendText(response, 200, 'application/json', await deps.openApi())
      })
    case 'POST /api/bundles':
      return {
        open: false,
        bodyBytesMax: BUNDLE_BYTES_MAX,
        answer: (exchange) => takeBundle(exchange, deps.publish),
      }
    case 'POST /api/session':
      return { open: true, bodyBytesMax: BODY_BYTES_MAX, answer: (each) => openSession(each, deps) }
    case 'POST /api/session/link':
      return closed(({ response }) => sendJson(response, 201, deps.link()))
  }
  const ofKey = findKeyRoute(method, pathname, search)
  if (ofKey) {
    const { bodyBytesMax, answer } = ofKey
    return { open: false, bodyBytesMax, answer: (each) => answer(each, deps) }
  }
  const logs = method === 'GET' ? LOGS_PATH.exec(pathname) : null
  if (!logs) return undefined
  const [, kind, subject = ''] = logs
  return closed((exchange) =>
    sendLogs(exchange, deps.client, kind === 'workloads' ? 'workload' : 'instance', subject),
  )
}

const LOGS_PATH = /^\/api\/(workloads|containers)\/([^/]+)\/logs$/

function closed(answer: (exchange: Exchange) => Promise<void> | void): RawRoute {
  return { open: false, bodyBytesMax: BODY_BYTES_MAX, answer: async (each) => answer(each) }
}

async function sendMetrics({ request, response }: Exchange, metrics: Metrics): Promise<void> {
  await metrics.prepare()
  const open = (request.headers.accept ?? '').includes('application/openmetrics-text')
  if (open) {
    const type = 'application/openmetrics-text; version=1.0.0; charset=utf-8'
    sendText(response, 200, type, metrics.expose('openmetrics'))
  } else {
    sendText(response, 200, 'text/plain; version=0.0.4; charset=utf-8', metrics.expose())
  }
}

async function takeBundle(exchange: Exchange, publish: Publish): Promise<void> {
  const { request, response } = exchange
  if (announcedLength(request) > BUNDLE_BYTES_MAX) throw tooLarge(BUNDLE_BYTES_MAX)
  exchange.goOn()
  sendJson(response, 201, await publish(bounded(request, BUNDLE_BYTES_MAX)))
}

async function openSession(exchange: Exchange, deps: RawRouteDeps): Promise<void> {
  const { request, response } = exchange
  exchange.goOn()
  const session = parseSession(await readJson(request, BODY_BYTES_MAX))
  const token = session && deps.redeem(session.code)
  if (token === undefined) {
    throw failure('UNAUTHORIZED', 'This link was used or is too old. Ask for a new one.')
  }
  sendJson(response, 200, { token })
}
