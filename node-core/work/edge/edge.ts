import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { sleep } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import { DEFAULT_PORTS } from '../../base/net/index.ts'
import { createChoice } from './choice.ts'
import { connectAwake } from './connecting.ts'
import { createHolding } from './holding.ts'
import type { Edge, EdgeDeps, EdgeErrorCode, EdgeOptions, TlsOptions } from './index.ts'
import { createLedger } from './ledger.ts'
import * as limits from './limits.ts'
import { createHttpServer, EDGE_PORT_INSTEAD, listen } from './listening.ts'
import { createLoadCounts } from './load-counts.ts'
import { createRateLimiter } from './rate-limiter.ts'
import { createRetryBudget } from './retry-budget.ts'
import { createStalls } from './stalls.ts'
import { createTcpServices, type TcpServices } from './tcp-services.ts'
import { createTlsPort, type TlsPort } from './tls-port.ts'
import type { Traffic } from './traffic.ts'
import { createUnderWay } from './under-way.ts'
import { createUpstreams } from './upstreams.ts'

export function createEdge(deps: EdgeDeps, options: EdgeOptions = {}): Edge {
  const host = options.host ?? '127.0.0.1'
  const traffic = createTraffic(deps, options, () => tls?.state().port ?? 0)
  let server: Server | undefined
  let services: TcpServices | undefined
  let tls: TlsPort | undefined
  let unwatch = (): void => {}
  let port = 0

  return {
    get port() {
      return port
    },
    tls: () => options.tls && (tls?.state() ?? { port: 0, wanted: options.tls.port }),
    counts: () => ({ ...traffic.counts, open: traffic.underWay.size }),
    requests: (of) => traffic.ledger.list(of),
    traffic: () => traffic.ledger.counted(),
    load: traffic.load,
    issuePass: (workload) => deps.gate.issue(workload),
    services: () => services?.list() ?? [],
    connect: (workload, containerPort, { signal = new AbortController().signal } = {}) =>
      connect(traffic, { workload, containerPort, gone: signal }),
    async start() {
      if (server) return
      const listening = createHttpServer(traffic)
      const { logger } = deps
      traffic.upstreams.begin()
      port = await listen(listening, {
        ...{ host, port: options.port ?? DEFAULT_PORTS.edge },
        ...{ logger, instead: EDGE_PORT_INSTEAD },
      })
      server = listening
      logger.info('edge listens', { port })
      services = createTcpServices(traffic, { host, ownPorts: options.ownPorts })
      tls = options.tls && createTlsPort(traffic, listening, host, options.tls)
      unwatch = watch(traffic, options.tls, services, tls)
      // Before any workload's: what this edge was asked for itself comes first.
      await tls?.update()
      await services.update()
    },
    async stop() {
      const stopping = server
      server = undefined
      if (!stopping) return
      unwatch()
      await services?.close()
      await close(stopping, tls, traffic)
      port = 0
    },
  }
}

function createTraffic(deps: EdgeDeps, options: EdgeOptions, tlsPort: () => number): Traffic {
  const { tls } = options
  const covers = (name: string): boolean => tls?.certificates.covers(name) === true
  const counts = { requests: 0, retries: 0, refusals: 0 }
  const load = createLoadCounts()
  return {
    deps,
    load,
    holding: createHolding({ ...deps, load }),
    stalls: createStalls(deps.clock),
    hosts: {
      names: new Set((options.names ?? []).map((name) => name.toLowerCase())),
      zones: (options.zones ?? []).map((zone) => `.${zone}`),
      given: options.given ?? new Map(),
    },
    securePort: tls && (() => ({ port: tlsPort(), covers })),
    turns: {
      choice: createChoice(deps.random),
      budget: createRetryBudget(),
      clock: deps.clock,
      load,
      onRetry: () => counts.retries++,
    },
    upstreams: createUpstreams(deps),
    limiter: createRateLimiter(),
    ledger: createLedger(),
    counts,
    underWay: createUnderWay(),
    detached: new Set(),
  }
}

async function connect(
  traffic: Traffic,
  asked: { workload: string; containerPort: number; gone: AbortSignal },
): Promise<Duplex> {
  const { workload, containerPort } = asked
  const wakeMs = traffic.deps.endpoints.service(workload)?.wakeMs
  const found = await connectAwake(traffic, { ...asked, wakeMs })
  if (!('connected' in found)) {
    const each = found.failures.map(({ endpoint, reason }) => `; ${endpoint.instance}: ${reason}`)
    const message = `No instance of ${workload} takes a connection at ${containerPort}${each.join('')}.`
    throw new MyceliumError<EdgeErrorCode>('NO_ENDPOINT', found.refusal?.reason ?? message)
  }
  const { turn, connected } = found
  turn.answered(200)
  connected.upstream.once('close', () => turn.over())
  return connected.upstream
}

/** Follows what is published, shown and gone and who may use it, and tries again for ports that another program held. */
function watch(
  traffic: Traffic,
  options: TlsOptions | undefined,
  services: TcpServices,
  tls: TlsPort | undefined,
): () => void {
  const { endpoints, clock } = traffic.deps
  let cancel = (): void => {}
  let waits = false
  const look = (): void => {
    waits = false
    traffic.upstreams.letGo()
    cutUnentitled(traffic)
    void Promise.resolve(tls?.update())
      .then(() => services.update())
      .then(again)
  }
  const again = (): void => {
    cancel()
    cancel = clock.timer(limits.PORT_RETRY_MS, look)
  }
  const soon = (): void => {
    if (waits) return
    waits = true
    cancel()
    cancel = clock.timer(limits.PUBLISHED_SETTLE_MS, look)
  }
  const unsubscribe = [endpoints.subscribe(soon), options?.certificates.subscribe(soon)]
  again()
  return () => {
    for (const stop of unsubscribe) stop?.()
    cancel()
    cancel = () => {}
  }
}

/**
 * Who was removed, or may no longer use a workload, loses what is open to it. Nothing is cut for want of
 * knowledge: what nobody knows any more ends with its instances.
 */
function cutUnentitled({ underWay, deps: { endpoints, gate } }: Traffic): void {
  underWay.cutUnless(({ workload, bearer }) => {
    const service = endpoints.service(workload)
    if (!service || service.rules.access === 'public') return true
    return bearer !== undefined && gate.admits(bearer, service)
  })
}

/** Takes no more, lets what is under way end for a while, then cuts what is left. */
async function close(server: Server, tls: TlsPort | undefined, traffic: Traffic): Promise<void> {
  const { clock, logger } = traffic.deps
  const ended = new AbortController()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const grace = sleep(clock, limits.STOP_GRACE_MS, { signal: ended.signal }).then(
    () => {
      server.closeAllConnections()
      tls?.destroy()
      for (const connection of traffic.detached) connection.destroy()
    },
    (reason: unknown) => logger.debug('edge ended within its grace', { reason: messageOf(reason) }),
  )
  await Promise.all([closed, tls?.close(), emptied(traffic)])
  ended.abort()
  await grace
  traffic.stalls.stop()
  await traffic.upstreams.destroy()
}

/** When no upgraded and no TCP connection is left. */
async function emptied({ detached }: Traffic): Promise<void> {
  for (const connection of [...detached]) {
    if (connection.destroyed) continue
    await new Promise<void>((resolve) => connection.once('close', resolve))
  }
}
