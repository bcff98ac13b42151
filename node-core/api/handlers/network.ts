import { MyceliumError } from '../../base/errors/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { failure } from './failures.ts'
import type { ApiDeps, JoinedNetwork } from './index.ts'

/** Founding, joining and leaving a network. */
export function networkHandlers(build: Builder, deps: ApiDeps) {
  const { network } = build
  const joined = ({ networkId, admitted }: JoinedNetwork) => ({
    nodeId: deps.node.id,
    peerId: deps.node.peerId,
    did: deps.node.did,
    networkId,
    admitted,
  })
  /** One network at a time; leaving is a decision of its own. */
  const inNone = (): void => {
    const parts = deps.network()
    if (!parts) return
    throw failure('CONFLICT', `This computer is in “${parts.genesis.name}”. Leave it first.`, {
      reason: 'IN_A_NETWORK',
      networkId: parts.id,
    })
  }
  return {
    found: network.found.handler(async ({ input }) => {
      inNone()
      const { networkName, nodeName, ownerName, consensus, leaseReads, owner } = input
      return joined(
        await deps.lifecycle.found({
          networkName,
          ...{ consensus, leaseReads },
          ...(nodeName !== undefined && { nodeName }),
          ...(ownerName !== undefined && { ownerName }),
          ...(owner && { owner }),
        }),
      )
    }),
    join: network.join.handler(async ({ input }) => {
      inNone()
      const { nodeName, ownerName, role, owner } = input
      const outcome = await deps.lifecycle.join({
        by: wayIn(input),
        ...(nodeName !== undefined && { nodeName }),
        ...(ownerName !== undefined && { ownerName }),
        ...(role !== undefined && { role }),
        ...(owner && { owner }),
      })
      const { networkName, nodeName: called } = outcome
      return { ...joined(outcome), networkName, nodeName: called }
    }),
    inspectInvite: network.inspectInvite.handler(({ input }) =>
      deps.lifecycle.inspectInvite(input.invite.trim()),
    ),
    nearby: network.nearby.handler(async () => ({ networks: await deps.lifecycle.nearby() })),
    leave: network.leave.handler(({ input }) => deps.lifecycle.leave(input)),
    seed: network.seed.handler(() => inNetwork(deps).seedDocument()),
  }
}

/** The contract lets exactly one through. */
function wayIn(input: {
  invite?: string | undefined
  seedSpore?: string | undefined
  address?: string | undefined
}): Parameters<ApiDeps['lifecycle']['join']>[0]['by'] {
  if (input.invite !== undefined) return { invite: input.invite.trim() }
  if (input.seedSpore !== undefined) return { seedSpore: input.seedSpore }
  if (input.address !== undefined) return { address: input.address }
  throw new MyceliumError('VALIDATION_ERROR', 'Give one of: invite, seedSpore, address.')
}
