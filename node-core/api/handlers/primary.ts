/** The committee that keeps the registry, as people see it, and changes of who is in it. */
import type { NodeId } from '../../base/net/index.ts'
import { isDedicated, lossesBorne } from '../../control/backbone/index.ts'
import { epochInEra } from '../../control/consensus/simplex/index.ts'
import { type CommitteeChange, choiceIn } from '../../control/primary/index.ts'
import { TRUST_SEATED_MIN, TRUST_START } from '../../control/registry/index.ts'
import type { Role } from '../../identity/index.ts'
import type { ClusterNode, PrimaryView } from '../contract/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { failure } from './failures.ts'
import { findOne } from './finding.ts'
import type { ApiDeps, NetworkParts } from './index.ts'
import { LAG_WAIT_MS } from './limits.ts'
import { presentNodes } from './present.ts'

export function primaryHandlers({ primary }: Builder, deps: ApiDeps) {
  const change = async (what: CommitteeChange, text: string, signal?: AbortSignal) => {
    const parts = inNetwork(deps)
    const { id, profile, liveness } = findNode(parts, text)
    if (what === 'promote' && profile.role === 'hypha') throw failure('CONFLICT', ONLY_USES, HYPHA)
    if (what === 'promote' && liveness === 'left')
      throw failure('CONFLICT', goneText(profile), GONE)
    await parts.primary.change(what, id, signal && { signal })
    return primaryView(parts) ?? NONE
  }
  return {
    promote: primary.promote.handler(({ input, signal }) => change('promote', input.id, signal)),
    demote: primary.demote.handler(async ({ input, signal }) => {
      const { primary, membership } = inNetwork(deps)
      const before = [...(primary.status().committee?.voters ?? [])]
      const answer = await change('demote', input.id, signal)
      const { id } = findNode(inNetwork(deps), input.id)
      if (answer.voters.length === 0) return answer
      const alsoOut = before
        .filter((voter) => voter !== id && !answer.voters.includes(voter))
        .map((voter) => membership.get(voter)?.profile.name ?? voter)
      return { ...answer, ...(alsoOut.length > 0 && { alsoOut }) }
    }),
    release: primary.release.handler(({ input, signal }) => change('release', input.id, signal)),
    transfer: primary.transfer.handler(({ input, signal }) => change('transfer', input.id, signal)),
  }
}

function findNode(parts: NetworkParts, text: string) {
  return findOne(presentNodes(parts), text, {
    what: 'node',
    idOf: (member) => member.id,
    nameOf: (member) => member.profile.name,
  })
}

/** Its owner's word comes before an admin's. */
const HYPHA = { reason: 'HYPHA' }
const ONLY_USES =
  'Its owner gives this computer the role Hypha: it uses services, and keeps nothing for others.'

/** Those who stay cannot tell one that was switched off from one that is no member any more. */
const GONE = { reason: 'NODE_GONE' }
const goneText = ({ name }: { name: string }): string =>
  `“${name}” has said goodbye: it was switched off, or it left the network and is no member any more. ` +
  'Start it, or invite it again, and promote it then.'

const NONE: PrimaryView = {
  ...{ role: 'none', inForce: false, voters: [], learners: [], mayFail: 0, term: 0 },
}

/** Undefined where no committee is known. */
export function primaryView(
  parts: NetworkParts,
  lag: ReadonlyMap<NodeId, LagView> = new Map(),
): PrimaryView | undefined {
  const { role, inForce, committee, height, era, following, guarantee, view } =
    parts.primary.status()
  if (!committee) return undefined
  const { voters, learners } = committee
  const silent = silentAmong(parts, voters, lag)
  // The last word of who led says little while nobody can, be it this node.
  const leader = inForce ? committee.leader : undefined
  const nameOf = (node?: NodeId) => node && parts.membership.get(node)?.profile.name
  const leaderName = nameOf(leader)
  const followsName = nameOf(following.parent)
  const advice = adviceFor(parts, voters)
  return {
    ...{
      role: role === 'leader' && !inForce ? 'voter' : role,
      inForce,
      term: termOf(parts, committee.term),
      voters: [...voters],
      learners: [...learners],
    },
    mayFail: Math.max(0, lossesBorne(parts.genesis.consensus, voters.length) - silent),
    ...(silent > 0 && { silent }),
    ...(guarantee && { guarantee, mayLie: lossesBorne('simplex', voters.length) }),
    ...(advice && { advice }),
    ...(leader !== undefined && { leader }),
    ...(leaderName !== undefined && { leaderName }),
    ...(view !== undefined && { view }),
    ...(era > 0 && { era }),
    ...(height !== undefined && { height }),
    ...(following.parent !== undefined && { follows: following.parent }),
    ...(followsName !== undefined && { followsName }),
  }
}

/** Epochs of a later era are counted from its beginning. */
function termOf({ genesis }: NetworkParts, term: number): number {
  return genesis.consensus === 'simplex' ? epochInEra(term) : term
}

function silentAmong(
  { membership }: NetworkParts,
  voters: readonly NodeId[],
  lag: ReadonlyMap<NodeId, LagView>,
): number {
  return voters.filter((node) => {
    if (lag.get(node)?.isSilent) return true
    const liveness = membership.get(node)?.liveness
    return liveness !== 'alive' && liveness !== 'suspect'
  }).length
}

/** What would make the network safer, if a person can do something about it. */
function adviceFor(parts: NetworkParts, voters: readonly NodeId[]): PrimaryView['advice'] {
  const { consensus } = parts.genesis
  const losses = lossesBorne(consensus, voters.length)
  const isEven = consensus === 'raft' && voters.length > 2 && voters.length % 2 === 0
  // Votes that nobody chose are taken back by the network itself.
  const isChosen = voters.every((node) => isKept(parts, node))
  if (losses > 0) return isEven && isChosen ? 'even' : undefined
  const willing = parts.membership.list().filter(({ id, profile, liveness }) => {
    const isThere = liveness === 'alive' || liveness === 'suspect'
    return isThere && profile.role !== 'hypha' && choiceOf(parts, id) !== 'never'
  })
  // With enough of them the committee is about to fill itself.
  return lossesBorne(consensus, willing.length) > 0 ? undefined : 'moreComputers'
}

function isKept(parts: NetworkParts, node: NodeId): boolean {
  return backboneOf(parts, node, parts.membership.get(node)?.profile.role) === 'dedicated'
}

/**
 * What it is to the backbone, by the registry: there a Sclerotia is an admin's own, or of an admin's
 * word. `told` is what the node says of itself. Undefined for whoever neither votes nor is to.
 */
export function backboneOf(
  parts: NetworkParts,
  node: NodeId,
  told: Role = 'rhizomorph',
): ClusterNode['backbone'] {
  const view = parts.primary.view()
  if (!view) return undefined
  const votes = parts.primary.status().committee?.voters.includes(node) === true
  const isEntrusted = view.node(node)?.role === 'sclerotia'
  const role = isEntrusted && told !== 'hypha' ? 'sclerotia' : told
  const chosen = choiceIn(view, node)
  const isCaught = view.seat(node).trust < TRUST_SEATED_MIN
  const isBarred = role === 'hypha' || chosen === 'never' || isCaught
  if (isDedicated({ chosen, role, isEntrusted }) && !isBarred) return 'dedicated'
  return votes ? 'dynamic' : undefined
}

/** What an admin chose, as far as this node knows. */
export function choiceOf({ primary }: NetworkParts, node: NodeId) {
  const view = primary.view()
  return view && choiceIn(view, node)
}

/** Undefined of whoever was never caught. */
export function trustIn({ primary }: NetworkParts, node: NodeId): number | undefined {
  const trust = primary.view()?.seat(node).trust
  return trust === undefined || trust >= TRUST_START ? undefined : trust
}

/** What a node does for the network: as the registry has it, else as the node says. */
export function roleOf({ primary }: NetworkParts, node: NodeId, told: Role): Role {
  return primary.view()?.node(node)?.role ?? told
}

export function committeeRoleOf({ primary }: NetworkParts, node: NodeId) {
  const { committee, inForce } = primary.status()
  if (!committee) return undefined
  if (inForce && committee.leader === node) return 'leader'
  if (committee.voters.includes(node)) return 'voter'
  return committee.learners.includes(node) ? 'learner' : undefined
}

/** What the leader says, if it says so at once: a list of nodes waits for nobody. */
export async function lagNow({ primary }: NetworkParts): Promise<ReadonlyMap<NodeId, LagView>> {
  const { committee, inForce } = primary.status()
  if (!committee || !inForce || committee.voters.length + committee.learners.length === 1) {
    return new Map()
  }
  const told = await primary.lag({ signal: AbortSignal.timeout(LAG_WAIT_MS) }).catch(() => [])
  return new Map(told.map(({ node, entries, active }) => [node, { entries, isSilent: !active }]))
}

export interface LagView {
  /** Behind the leader. */
  entries: number
  /** Its copy does not answer the leader, whether or not the node does: damaged, full or gone. */
  isSilent: boolean
}

/** What the nodes say of their copies at once. */
export async function copiesNow({ primary }: NetworkParts): Promise<ReadonlyMap<NodeId, CopyView>> {
  if (!primary.status().committee) return new Map()
  const signal = AbortSignal.timeout(LAG_WAIT_MS)
  const told = await primary.heights({ signal })
  const furthest = Math.max(0, ...told.map(({ height }) => height))
  return new Map(told.map(({ node, height }) => [node, { height, behind: furthest - height }]))
}

export interface CopyView {
  height: number
  behind: number
}
