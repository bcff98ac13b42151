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
import { openTunnel } from './tunnel-client.ts'

/** Connections to endpoints: pooled for requests, single for upgrades. */
export interface Upstreams {
  /** From now on other nodes are being met. */
  begin(): void
  pool(endpoint: Endpoint): Dispatcher
  connect(endpoint: Endpoint): Promise<Duplex>
  destroy(): Promise<void>
}

export function createUpstreams(deps: EdgeDeps): Upstreams {
  /** Oldest first. */
  const pools = new Map<string, Pool>()

  let meetingUntilMs = 0

  const connect = (endpoint: Endpoint): Promise<Duplex> =>
    endpoint.node === deps.self ? dialLocal(endpoint) : tunnelTo(endpoint)

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

  return {
    begin() {
      meetingUntilMs = deps.clock.monotonicMs() + MEETING_MS
    },
    pool(endpoint) {
      const key = keyOf(endpoint)
      const known = pools.get(key)
      if (known) return known
      const pool = create(endpoint)
      pools.set(key, pool)
      if (pools.size > POOLS_MAX) retireOldest(pools)
      return pool
    },
    connect,
    async destroy() {
      const all = [...pools.values()]
      pools.clear()
      await Promise.all(all.map((pool) => pool.destroy()))
    },
  }
}

/** Lets go of the pool made longest ago; its requests under way still end well. */
function retireOldest(pools: Map<string, Pool>): void {
  const [oldest] = pools
  if (!oldest) return
  pools.delete(oldest[0])
  void oldest[1].close()
}

/** undici's types ask for a Socket; its HTTP/1 client uses nothing that a Duplex lacks. */
function connectorOf(open: () => Promise<Duplex>): buildConnector.connector {
  return (_options, done) => {
    open().then(
      (duplex) => done(null, duplex as Socket),
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
