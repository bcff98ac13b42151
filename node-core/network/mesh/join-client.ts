import { peerIdOf } from '../../identity/index.ts'
import { stopped } from './errors.ts'
import { createGuard } from './guard.ts'
import { type BareHost, createBareHost, startHost } from './host.ts'
import type { JoinClient, JoinClientDeps, JoinClientOptions } from './index.ts'
import { askToJoin } from './join-door.ts'
import { STRANGERS_MAX } from './limits.ts'
import { createNearby } from './nearby.ts'

export function createJoinClient(
  deps: JoinClientDeps,
  options: JoinClientOptions = {},
): JoinClient {
  const { clock, logger, nodeKey } = deps
  const peerId = peerIdOf(nodeKey.publicKey)
  const nearby = createNearby({ clock, logger, selfPeerId: peerId, isAlone: () => true })
  let host: BareHost | undefined

  return {
    peerId,
    onNearby: nearby.subscribe,
    async askToJoin(address, body, { signal } = {}) {
      if (!host) throw stopped()
      return askToJoin(host, clock, address, body, signal)
    },
    async start() {
      if (host) return
      const settings = {
        keySeed: nodeKey.seed,
        listen: [],
        announce: [],
        connectionsMax: STRANGERS_MAX,
        guard: createGuard(() => clock.monotonicMs()),
        logger,
      }
      const wantsNearby = options.mdns !== false
      host = await createBareHost(settings, wantsNearby ? nearby.receive : undefined)
      await startHost(host, [])
      nearby.start()
    },
    async stop() {
      const running = host
      host = undefined
      await nearby.stop()
      await running?.stop()
    },
  }
}
