import { createServer, type Server, type Socket } from 'node:net'
import { messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { clientOf } from './admission.ts'
import { closing } from './closing.ts'
import { connectAwake } from './connecting.ts'
import type { Published, TcpService, TcpServiceCode } from './index.ts'
import * as limits from './limits.ts'
import { listen } from './listening.ts'
import { splice } from './splice.ts'
import type { Traffic } from './traffic.ts'

/** Listens for every published port, and for no other. */
export interface TcpServices {
  /** Brings what is listened for in line with what is published; a port that was taken is tried again. */
  update(): Promise<void>
  list(): TcpService[]
  /** Takes no more connections; those there are stay in `traffic.detached`. */
  close(): Promise<void>
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1'])

interface Listener {
  of: Published
  server: Server
  listens: boolean
  open: number
  /** By whom it is used where it is not for everybody: this computer's owner, if only that reaches it. */
  bearer: NodeId | undefined
  reason?: string
  code?: TcpServiceCode
}

export function createTcpServices(
  traffic: Traffic,
  { host, ownPorts }: { host: string; ownPorts: ReadonlySet<number> | undefined },
): TcpServices {
  const listeners = new Map<number, Listener>()
  const { endpoints: source, gate, self, logger } = traffic.deps
  let updating: Promise<void> = Promise.resolve()
  let closed = false

  /** TCP cannot say who it is: what is not for everybody is for this computer's owner, if at all. */
  const isHere = ({ workload }: Published): boolean => {
    const service = source.service(workload)
    if (!service || service.rules.access === 'public') return service !== undefined
    return LOOPBACK.has(host) && gate.admits(self, service)
  }

  /** Why it is not open here though it is published; undefined where that is no rule of its. */
  const barredText = (one: Published): string | undefined => {
    if (!source.service(one.workload) || isHere(one)) return undefined
    const why = LOOPBACK.has(host)
      ? `this computer’s owner is not among those who may use ${one.workload}.`
      : `TCP does not say who asks: it is open only where an edge listens on 127.0.0.1 alone, and this one listens on ${host}.`
    return `Port ${one.port} is not for everybody, and ${why}`
  }

  const barred = (): TcpService[] =>
    source.published().flatMap((one) => {
      const reason = listeners.has(one.port) ? undefined : barredText(one)
      if (reason === undefined) return []
      const address = `${host}:${one.port}`
      return [{ ...one, listens: false, address, open: 0, reason, code: 'NOT_PUBLIC' }]
    })

  const begin = async (of: Published, saidBefore?: string): Promise<void> => {
    const server = createServer({ allowHalfOpen: true, noDelay: true })
    server.maxConnections = limits.TCP_CONNECTIONS_MAX
    const bearer = LOOPBACK.has(host) ? self : undefined
    const listener: Listener = { of, server, listens: false, open: 0, bearer }
    server.on('connection', (client) => void serve(traffic, listener, client))
    listeners.set(of.port, listener)
    const { port, workload } = of
    const fail = (code: TcpServiceCode, why: string): void => {
      Object.assign(listener, { code, reason: why })
      if (why !== saidBefore) logger.warn('a published port cannot be listened for', { port, why })
    }
    // Not tried even while it is free: whatever needs it may only be about to start.
    if (ownPorts?.has(port)) {
      fail('PORT_OWN', `Port ${port} is one that this node itself needs.`)
      return
    }
    try {
      const instead = `publish another: mycelium update ${workload} --tcp PORT:${of.containerPort}`
      await listen(server, { host, port, logger, instead })
      listener.listens = true
      logger.info('a published port is listened for', { workload, port })
    } catch (error) {
      fail('PORT_TAKEN', messageOf(error))
    }
  }

  const bringInLine = async (): Promise<void> => {
    if (closed) return
    const here = source.published().filter(isHere)
    const wanted = new Map(here.map((one) => [one.port, one]))
    const reasons = new Map<number, string>()
    for (const [port, { of, server, listens, reason }] of listeners) {
      const next = wanted.get(port)
      const same = next?.workload === of.workload && next.containerPort === of.containerPort
      if (same && listens) continue
      listeners.delete(port)
      if (reason !== undefined) reasons.set(port, reason)
      // Open connections go on; only new ones find the door closed.
      server.close()
    }
    for (const one of wanted.values()) {
      if (!listeners.has(one.port)) await begin(one, reasons.get(one.port))
    }
  }

  return {
    update() {
      updating = updating.then(bringInLine)
      return updating
    },
    list: () => [
      ...[...listeners.values()].map(({ of, listens, open, reason, code }) => ({
        ...of,
        listens,
        address: `${host}:${of.port}`,
        open,
        ...(reason !== undefined && { reason }),
        ...(code !== undefined && { code }),
      })),
      ...barred(),
    ],
    async close() {
      closed = true
      await updating
      for (const { server } of listeners.values()) server.close()
      listeners.clear()
    },
  }
}

async function serve(traffic: Traffic, listener: Listener, client: Socket): Promise<void> {
  const { detached, underWay, counts, deps } = traffic
  const { workload, containerPort } = listener.of
  client.on('error', (error) => deps.logger.debug('TCP connection broke', { error }))
  // Looked up anew: the rules may have changed since it was published.
  const service = deps.endpoints.service(workload)
  const { rate } = service?.rules ?? {}
  const address = client.remoteAddress ?? ''
  const from = `${workload} ${clientOf(address)}`
  const waitMs = rate ? traffic.limiter.take(from, rate, deps.clock.monotonicMs()) : 0
  if (!service || waitMs > 0 || underWay.crowd(workload, address)) {
    counts.refusals++
    client.resetAndDestroy()
    return
  }
  detached.add(client)
  const going = underWay.enter(workload, address, () => client.destroy())
  // As `isHere` has it.
  going.bearer = listener.bearer
  listener.open++
  const { wakeMs, rules } = service
  const asked = { workload, containerPort, wakeMs, gone: closing(client) }
  const found = await connectAwake(traffic, asked)
  try {
    if ('connected' in found && !client.destroyed) {
      found.turn.answered(200)
      await splice(client, found.connected.upstream, rules.idleMs)
    } else {
      if ('connected' in found) found.connected.upstream.destroy()
      // A reset, not an end: nothing was there, and an empty answer would be another thing.
      client.resetAndDestroy()
      const failures = 'failures' in found ? found.failures.length : 0
      deps.logger.debug('no instance takes a TCP connection', { workload, failures })
    }
  } finally {
    if ('turn' in found) found.turn.over()
    detached.delete(client)
    underWay.leave(going)
    listener.open--
  }
}
