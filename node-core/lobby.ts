/**
 * Where a node is before it is in a network: it sees networks on the local net, asks to be let in,
 * and asks again while it waits for an admin.
 */
import type { Reason } from './api/handlers/index.ts'
import type { Clock } from './base/clock/index.ts'
import { isCode, MyceliumError, messageOf } from './base/errors/index.ts'
import type { Lifecycle } from './base/lifecycle/index.ts'
import type { Logger } from './base/log/index.ts'
import type { Settings } from './home.ts'
import { parseInvite, parseNetworkId } from './identity/index.ts'
import { type JoiningDeps, newcomerOf } from './joining.ts'
import {
  type Admitted,
  askAbout,
  type NetworkFacts,
  waitForApproval,
} from './network/admission/index.ts'
import { createJoinClient, type Mesh } from './network/mesh/index.ts'
import type { Space } from './work/space/index.ts'

export interface Lobby extends Lifecycle {
  askToJoin: Mesh['askToJoin']
  /** Networks that answered on the local net. */
  nearby(): Promise<
    (Omit<NetworkFacts, 'network' | 'node'> & { networkId: string; address: string })[]
  >
  /** Begins to ask whether an admin has approved, if the settings say that this node waits. */
  waitForApproval(): void
  /** Why it asks no more although the settings say that it waits. */
  refused(): Reason | undefined
  /** What this computer still keeps of networks that it was in. */
  readonly space: Pick<Space, 'usage' | 'reclaim'>
}

export interface LobbyDeps {
  /** Asked anew each time: a join may have made this computer another owner's. */
  joining(): JoiningDeps
  settings(): Settings
  mdns: boolean
  /** How often it asks whether an admin has approved. */
  approvalIntervalMs?: number
  space: Space
  clock: Clock
  logger: Logger
  /** An admin has approved. `signal` is aborted once this node waits for that no more. */
  onAdmitted(admitted: Admitted, signal: AbortSignal): void
}

/** How many nodes seen nearby are asked about their network. */
const NEARBY_MAX = 64

export function createLobby(deps: LobbyDeps): Lobby {
  const { joining, clock, logger } = deps
  const client = createJoinClient(
    { nodeKey: joining().identity.nodeKey, clock, logger },
    { mdns: deps.mdns },
  )
  const seen = new Set<string>()
  let stopLooking = (): void => {}
  let ending = new AbortController()
  let waiting = Promise.resolve()
  let refused: Reason | undefined

  /** Asks until an admin has approved or turned this node away. */
  async function wait(signal: AbortSignal): Promise<void> {
    const { awaiting, ...names } = deps.settings()
    const network = awaiting && parseNetworkId(awaiting.network)
    if (!awaiting || !network) return
    const newcomer = newcomerOf(joining(), client.askToJoin, names)
    const target = { network, addresses: awaiting.addresses }
    try {
      const admitted = await waitForApproval(newcomer, target, {
        signal,
        ...(deps.approvalIntervalMs && { periodMs: deps.approvalIntervalMs }),
      })
      deps.onAdmitted(admitted, signal)
    } catch (error) {
      if (signal.aborted) return
      logger.warn('not let in', { why: messageOf(error) })
      refused = refusalOf(error)
    }
  }

  return {
    askToJoin: client.askToJoin,
    space: deps.space,
    refused: () => refused,
    waitForApproval() {
      // Another network may have been asked since: only the last one may still let this node in.
      ending.abort(new Error('The node waits for the one that it asked last.'))
      ending = new AbortController()
      refused = undefined
      const { signal } = ending
      waiting = waiting.then(() => wait(signal))
    },
    async start() {
      stopLooking = client.onNearby((addresses) => {
        const [first] = addresses
        if (first && seen.size < NEARBY_MAX) seen.add(first)
      })
      await client.start()
      await deps.space.start()
      this.waitForApproval()
    },
    async stop() {
      ending.abort(new Error('The node has stopped waiting.'))
      stopLooking()
      await waiting
      await deps.space.stop()
      await client.stop()
    },
    async nearby() {
      const asked = await Promise.all(
        [...seen].map(async (address) => {
          try {
            const facts = await askAbout(client, address)
            const { network, name, nodeName, members } = facts
            return [{ networkId: network, name, nodeName, members, address }]
          } catch {
            seen.delete(address)
            return []
          }
        }),
      )
      return asked.flat()
    },
  }
}

/** Nobody waits under this name any more: an admin has put the request aside. */
function refusalOf(error: unknown): Reason {
  if (isCode(error, 'NOT_FOUND')) {
    const message = 'An admin has turned the request of this computer down. It may ask again.'
    return { code: 'TURNED_AWAY', message }
  }
  const code = error instanceof MyceliumError ? error.code : 'INTERNAL'
  return { code, message: messageOf(error) }
}

/** What an invite leads to, for people to confirm. Throws INVITE_INVALID. */
export function inspectInvite(link: string) {
  const invite = parseInvite(link)
  return {
    networkId: invite.network.id,
    networkName: invite.network.genesis.name,
    issuer: invite.issuerName,
    permissions: invite.permissions,
    role: invite.role,
    expiresAt: invite.expiresAt,
    addresses: invite.addresses,
  }
}
