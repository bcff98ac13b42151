import { connect, type Socket } from 'node:net'
import { type Clock, every } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { NetStream, NodeId } from '../../base/net/index.ts'
import type { TunnelServerDeps } from './index.ts'
import {
  CONNECT_TIMEOUT_MS,
  STOP_GRACE_MS,
  TUNNEL_CHECK_MS,
  TUNNEL_HELLO_TIMEOUT_MS,
  TUNNELS_MAX,
  TUNNELS_PER_PEER_MAX,
} from './limits.ts'
import { NetDuplex } from './net-duplex.ts'
import { splice } from './splice.ts'
import {
  parseTunnelRequest,
  readFrame,
  TUNNEL_PROTOCOL,
  type TunnelRefusal,
  type TunnelRequest,
  writeFrame,
} from './tunnel-messages.ts'

interface Joined {
  peer: NodeId
  workload: string
}

/**
 * Serves `tunnel/1`. A peer names (workload, instance, declared port) and never a host and port, so
 * that a member can reach what was deployed and nothing else of this machine.
 */
export function createTunnelServer(deps: TunnelServerDeps): Lifecycle {
  const open = new Map<NetDuplex, NodeId>()
  /** Those that an instance has the other end of. */
  const joined = new Map<NetDuplex, Joined>()
  const running = new Set<Promise<void>>()
  let unsubscribe: (() => void) | undefined
  let stopLooking = async (): Promise<void> => {}

  /** Who was removed, or may no longer use a workload, loses what is open to it. */
  const look = (): void => {
    for (const [duplex, { peer, workload }] of joined) {
      if (!deps.mayKeep(peer, workload)) duplex.destroy()
    }
  }

  const serve = async (stream: NetStream, peer: NodeId): Promise<void> => {
    const duplex = new NetDuplex(stream)
    const crowded = tooMany(open, peer)
    open.set(duplex, peer)
    try {
      if (crowded) return refuse(duplex, 'TOO_MANY', deps.clock)
      const found = await admit(deps, duplex, peer)
      if (typeof found === 'string') return refuse(duplex, found, deps.clock)
      writeFrame(duplex, { ok: true })
      joined.set(duplex, { peer, workload: found.workload })
      deps.inUse.enter(found.instance, found.socket)
      await splice(duplex, found.socket)
    } finally {
      open.delete(duplex)
      joined.delete(duplex)
    }
  }

  return {
    async start() {
      if (unsubscribe) return
      stopLooking = every(deps.clock, TUNNEL_CHECK_MS, look, (error) => {
        deps.logger.error('tunnels could not be looked at', { reason: messageOf(error) })
      })
      unsubscribe = deps.net.onStream(TUNNEL_PROTOCOL, (stream, peer) => {
        const served = serve(stream, peer)
          .catch((error: unknown) => {
            deps.logger.debug('tunnel ended', { peer, reason: messageOf(error) })
            stream.abort(new Error('The tunnel failed.'))
          })
          .finally(() => running.delete(served))
        running.add(served)
      })
    },
    async stop() {
      unsubscribe?.()
      unsubscribe = undefined
      const looked = stopLooking()
      // What is under way may end, as at this node's own edge. Before, nothing was sent to an instance.
      for (const duplex of open.keys()) if (!joined.has(duplex)) duplex.destroy()
      const cancel = deps.clock.timer(STOP_GRACE_MS, () => {
        for (const duplex of joined.keys()) duplex.destroy()
      })
      await Promise.all([looked, ...running])
      cancel()
    },
  }
}

function tooMany(open: ReadonlyMap<NetDuplex, NodeId>, peer: NodeId): boolean {
  if (open.size >= TUNNELS_MAX) return true
  let ofPeer = 0
  for (const other of open.values()) if (other === peer) ofPeer++
  return ofPeer >= TUNNELS_PER_PEER_MAX
}

/** The connection asked for, or why there is none. The order of the checks is part of the contract. */
async function admit(
  deps: TunnelServerDeps,
  duplex: NetDuplex,
  peer: NodeId,
): Promise<{ socket: Socket; workload: string; instance: string } | TunnelRefusal> {
  const bytes = await readFrame(duplex, deps.clock)
  let asked: TunnelRequest
  try {
    asked = parseTunnelRequest(bytes)
  } catch (error) {
    deps.logger.debug('tunnel request not understood', { peer, reason: messageOf(error) })
    return 'MALFORMED'
  }
  if (!deps.mayUse(peer, asked.workload)) return 'FORBIDDEN'
  const instance = deps.instances.local().find(({ id }) => id === asked.instance)
  if (instance?.workload !== asked.workload) return 'NO_INSTANCE'
  const hostPort = instance.ports[asked.port]
  if (hostPort === undefined) return 'NO_PORT'
  const { workload } = asked
  return dial(hostPort, instance.address).then(
    (socket) => ({ socket, workload, instance: instance.id }),
    (): TunnelRefusal => 'NOT_LISTENING',
  )
}

function dial(port: number, host = '127.0.0.1'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      noDelay: true,
      allowHalfOpen: true,
      timeout: CONNECT_TIMEOUT_MS,
    })
    socket.once('timeout', () => socket.destroy(new Error('No connection in time.')))
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.off('error', reject)
      // Errors after this end the splice; without a listener they would end the process.
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

function refuse(duplex: NetDuplex, code: TunnelRefusal, clock: Clock): void {
  writeFrame(duplex, { ok: false, code })
  duplex.end()
  duplex.resume()
  // Whoever hears that leaves; what is written all the same would be read without end.
  duplex.once(
    'close',
    clock.timer(TUNNEL_HELLO_TIMEOUT_MS, () => duplex.destroy()),
  )
}
