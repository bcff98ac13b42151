/** Who ought to vote: those who stand, those who were chosen, and the best of the rest. */
import type { NodeId } from '../../base/net/index.ts'
import type { BackboneInput, BackboneNode } from './index.ts'
import { GRACE_MS, STEADY_MS } from './limits.ts'
import { bestSize, votersMax } from './sizes.ts'

/** Whether a node may vote at all. Its owner's word comes before an admin's. */
export function isFit({ role, chosen, removed }: BackboneNode): boolean {
  return role !== 'hypha' && chosen !== 'never' && !removed
}

/** Whether it may be taken without anybody's word. Whoever sits already stays. */
function isTakeable(one: BackboneNode): boolean {
  return isDedicated(one) || one.repute !== 'doubtful'
}

/** Whether it votes while it stands; whoever else votes is dynamic, and may be replaced. */
export function isDedicated({
  chosen,
  role,
  isEntrusted,
}: Pick<BackboneNode, 'chosen' | 'role' | 'isEntrusted'>): boolean {
  return chosen === 'always' || (role === 'sclerotia' && isEntrusted)
}

export function seats(input: BackboneInput): NodeId[] {
  const { engine, self, members } = input
  const votes = (one: BackboneNode): boolean => members.voters.includes(one.node)
  const fit = input.nodes.filter(isFit)
  const voters = fit.filter(votes)
  const isLost = ({ node, silentMs }: BackboneNode): boolean =>
    node !== self && silentMs >= GRACE_MS
  const held = voters.filter((one) => !isLost(one)).sort(leaderFirst(self))
  const lost = voters.filter(isLost).sort(dedicatedFirst)
  const free = fit.filter((one) => !votes(one) && isSteady(one) && isTakeable(one))
  const room = votersMax(engine) - held.filter(isDedicated).length
  const kept = [
    ...held.filter(isDedicated),
    ...free.filter(isDedicated).sort(byWorth).slice(0, Math.max(0, room)),
  ]
  const base = [...kept, ...held.filter((one) => !isDedicated(one))]
  const size = bestSize(engine, held.length + free.length, lost.length)
  // Two are no safer than one, but two copies, if that is what somebody chose.
  if (size === 1 && base.length === 2 && base.some(({ chosen }) => chosen === 'always')) {
    return base.map(({ node }) => node)
  }
  const seated = [...kept, ...base.slice(kept.length).slice(0, Math.max(0, size - kept.length))]
  const learns = ({ node }: BackboneNode): boolean => members.learners.includes(node)
  seat(seated, { candidates: free.filter((one) => !kept.includes(one)), size, learns })
  return [...seated, ...lost.slice(0, Math.max(0, size - seated.length))].map(({ node }) => node)
}

/** To whom a sole voter hands the registry before it goes. */
export function successorOf(input: BackboneInput, going: NodeId): NodeId | undefined {
  const seated: BackboneNode[] = []
  const candidates = input.nodes.filter((one) => {
    const isThere = one.silentMs === 0 && !one.stalled
    return one.node !== going && isFit(one) && isTakeable(one) && isThere
  })
  seat(seated, { candidates, size: 1, learns: ({ node }) => input.members.learners.includes(node) })
  return seated[0]?.node
}

function isSteady({ upMs, stalled }: BackboneNode): boolean {
  return upMs >= STEADY_MS && !stalled
}

interface Election {
  candidates: readonly BackboneNode[]
  size: number
  /** Whoever was taken in to learn is not exchanged for one that has become a little better since. */
  learns(one: BackboneNode): boolean
}

/** Whoever stands best beside those who sit already, until there are `size` of them. */
function seat(seated: BackboneNode[], { candidates, size, learns }: Election): void {
  const waiting = [...candidates]
  while (seated.length < size && waiting.length > 0) {
    const taken = (one: BackboneNode) => seated.filter(({ site }) => site === one.site).length
    const [best] = waiting.sort(
      (left, right) =>
        Number(isDedicated(right)) - Number(isDedicated(left)) ||
        Number(learns(right)) - Number(learns(left)) ||
        reputeRank(right) - reputeRank(left) ||
        rankOf(right) - rankOf(left) ||
        taken(left) - taken(right) ||
        byWorth(left, right),
    )
    if (!best) return
    seated.push(best)
    waiting.splice(waiting.indexOf(best), 1)
  }
}

const REPUTES: Record<BackboneNode['repute'], number> = { doubtful: 0, acceptable: 1, trusted: 2 }
/** Its owner's word is worth more than what it offers. */
const reputeRank = ({ repute }: BackboneNode): number => REPUTES[repute]

/** Its owner means it for the backbone. */
const rankOf = ({ role }: BackboneNode): number => (role === 'sclerotia' ? 1 : 0)

/** In coarse steps, so that what hardly differs is not told apart; the id ends every tie. */
function byWorth(left: BackboneNode, right: BackboneNode): number {
  return (
    doublings(right.upMs / STEADY_MS) - doublings(left.upMs / STEADY_MS) ||
    doublings(right.memoryBytes) - doublings(left.memoryBytes) ||
    doublings(right.cpuMillis) - doublings(left.cpuMillis) ||
    (left.node < right.node ? -1 : 1)
  )
}

const doublings = (value: number): number => Math.floor(Math.log2(1 + value))

const leaderFirst = (leader: NodeId) => (left: BackboneNode, right: BackboneNode) =>
  Number(right.node === leader) - Number(left.node === leader) ||
  Number(left.silentMs > 0) - Number(right.silentMs > 0) ||
  reputeRank(right) - reputeRank(left) ||
  byWorth(left, right)

const dedicatedFirst = (left: BackboneNode, right: BackboneNode): number =>
  Number(isDedicated(right)) - Number(isDedicated(left)) || byWorth(left, right)
