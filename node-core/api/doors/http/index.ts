/**
 * The HTTP door, on loopback: REST with its OpenAPI document, RPC for the browser window and for
 * the command line, the event stream, logs, metrics and the window's files.
 *
 * In this order a request is checked: Host and Origin (403), size of the body (413), token (401),
 * then the contract. There are no cookies. The window gets the token by a one-time link
 * (`door.link()`): it opens `/#code=…` and trades the code at `POST /api/session {code}` for
 * `{token}`, once, within five minutes.
 *
 * Sockets: `/api/rpc` speaks oRPC after a first message `{"token":"…"}`, to which there is no
 * answer (a wrong one closes with 4401). `/api/ws/events` takes the token in the Authorization
 * header or as `{"token":"…","subscribe":[…]}`; it sends every topic until told which.
 * A bundle is published by `POST /api/bundles` with the file as the body.
 *
 *     const door = createHttpDoor({ router, publish, keys, metrics, clock, … })
 *     await door.start() // door.url is 'http://127.0.0.1:7780'
 */
import type { Clock } from '../../../base/clock/index.ts'
import type { Lifecycle } from '../../../base/lifecycle/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { Metrics } from '../../../base/metrics/index.ts'
import type { Random } from '../../../base/random/index.ts'
import type { KeyCalls, Publish, Router } from '../../handlers/index.ts'

export interface HttpDoorDeps {
  router: Router
  /** Takes an uploaded bundle as it comes in, without holding it in memory. */
  publish: Publish
  /** One key at a time, past the router. */
  keys: KeyCalls
  metrics: Metrics
  clock: Clock
  random: Random
  logger: Logger
  /** Of the product, for the OpenAPI document. */
  version: string
  /** Who knows it may do what the contract lets this node's owner do. */
  token: string
}

export interface HttpDoorOptions {
  /** 0 picks a free one. Default 7780. */
  port?: number
  /** Default 127.0.0.1. Another address is also accepted as the Host of requests. */
  host?: string
  /** The built window; without it only the API is served. */
  windowFolder?: string
}

export interface HttpDoor extends Lifecycle {
  /** `http://127.0.0.1:7780`; empty before start. */
  readonly url: string
  /** A link that opens the window in a browser, good once and for five minutes. */
  link(): OneTimeLink
}

export interface OneTimeLink {
  url: string
  /** ISO 8601. */
  expiresAt: string
}

export type HttpDoorErrorCode =
  /** Another program listens on that port; `details.port` names it. */
  'PORT_TAKEN'

export { createHttpDoor } from './door.ts'
