import { connect as connectSocket, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type buildConnector, type Dispatcher, Pool } from 'undici'
import { sleep } from '../../base/clock/index.ts'
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import { keyOf } from './choice.ts'
import type { EdgeDeps, EdgeErrorCode, Endpoint } from './index.ts'
import {
  CONNECT_TIMEOUT_MS,
  ENDPOINT_CONNECTIONS_MAX,
  ENDPOINT_KEEP_ALIVE_MS,
  MEETING_MS,
  MEETING_RETRY_MS,
  POOLS_MAX,
} from './limits.ts'
import { Room } from './room.ts'
import { openTunnel } from './tunnel-client.ts'

/** Connections to endpoints: pooled for requests, single for upgrades. */
export interface Upstreams {
  /** From now on other nodes are being met. */
  begin(): void
  way(endpoint: Endpoint): Way
  connect(endpoint: Endpoint): Promise<Duplex>
  /** Lets go of endpoints that are not there any more; requests under way still end well. */
  letGo(): void
  destroy(): Promise<void>
}

/** Connections to one endpoint, and a place for each: what has none is not handed to the pool, which keeps it. */
export interface Way {
  pool: Dispatcher
  room: Room
}

export function createUpstreams(deps: EdgeDeps): Upstreams {
  /** Oldest first. */
  const pools = new Map<string, { endpoint: Endpoint; pool: Pool; room: Room }>()

  let meetingUntilMs = 0

  const connect = (endpoint: Endpoint): Promise<Duplex> =>
    endpoint.node === deps.self ? here(endpoint) : tunnelTo(endpoint)

  async function here(endpoint: Endpoint): Promise<Duplex> {
    const connection = await dialLocal(endpoint)
    deps.inUse.enter(endpoint.instance, connection)
    return connection
  }

  /** What runs where is known from the first node that is met, sooner than all the others are met. */
  async function tunnelTo(endpoint: Endpoint): Promise<Duplex> {
    for (;;) {
      try {
        return await openTunnel(deps, endpoint)
      } catch (error) {
        const mayBeMet = deps.clock.monotonicMs() < meetingUntilMs
        if (!mayBeMet || !isCode(error, 'NET_UNREACHABLE')) throw error
        await sleep(deps.clock, MEETING_RETRY_MS)
      }
    }
  }

  const create = (endpoint: Endpoint): Pool =>
    new Pool('http://instance.invalid', {
      connections: ENDPOINT_CONNECTIONS_MAX,
      keepAliveTimeout: ENDPOINT_KEEP_ALIVE_MS,
      keepAliveMaxTimeout: ENDPOINT_KEEP_ALIVE_MS,
      connect: connectorOf(() => connect(endpoint)),
    })

  /** Its requests under way still end well. */
  const retire = (key: string): void => {
    const found = pools.get(key)
    found?.room.onceNobodyWaits(() => void found.pool.close())
    pools.delete(key)
  }

  return {
    begin() {
      meetingUntilMs = deps.clock.monotonicMs() + MEETING_MS
    },
    way(endpoint) {
      const key = keyOf(endpoint)
      const known = pools.get(key)
      if (known) return known
      const made = { endpoint, pool: create(endpoint), room: new Room(ENDPOINT_CONNECTIONS_MAX) }
      pools.set(key, made)
      const [oldest] = pools.keys()
      if (pools.size > POOLS_MAX && oldest !== undefined) retire(oldest)
      return made
    },
    connect,
    letGo() {
      // An idle connection would have its node wait for a request that never comes when it stops.
      for (const [key, { endpoint }] of [...pools]) if (!isThere(deps, endpoint)) retire(key)
    },
    async destroy() {
      const all = [...pools.values()]
      pools.clear()
      await Promise.all(all.map(({ pool }) => pool.destroy()))
    },
  }
}

function isThere({ endpoints }: Pick<EdgeDeps, 'endpoints'>, endpoint: Endpoint): boolean {
  const { workload, instance, containerPort } = endpoint
  const key = keyOf(endpoint)
  return endpoints
    .endpoints(workload, containerPort)
    .some((one) => one.healthy && one.instance === instance && keyOf(one) === key)
}

/** undici's types ask for a Socket; its HTTP/1 client uses nothing that a Duplex lacks. */
function connectorOf(open: () => Promise<Duplex>): buildConnector.connector {
  return (_options, done) => {
    open().then(
      (duplex) => {
        const socket = duplex as Socket
        // As with undici's own errors: by it one knows that the connection had answered before.
        socket.once('error', (error) =>
          Object.assign(error, { socket: { bytesRead: socket.bytesRead } }),
        )
        done(null, socket)
      },
      (error: Error) => done(error, null),
    )
  }
}

function dialLocal({ address: host = '127.0.0.1', hostPort: port }: Endpoint): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket({ host, port, noDelay: true, allowHalfOpen: true })
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => {
      socket.destroy(new MyceliumError<EdgeErrorCode>('CONNECT_TIMEOUT', 'No connection in time.'))
    })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.off('error', reject)
      resolve(socket)
    })
  })
}
