/**
 * Voters that lie. Each kind has the node's real key and everything it hears; none can sign for
 * others.
 */
import type { Outgoing, Ready } from '../index.ts'
import { parseBlock } from './block.ts'
import type { Cluster, SimNode } from './cluster.fixture.ts'
import { createSimplexEngine, type SimplexEngine } from './index.ts'
import { encodeMessage, parseMessage } from './messages.ts'
import { type Ballot, signVote, type VoteKind } from './vote.ts'

export const LIARS = ['twins', 'doubler', 'withholder', 'replayer', 'forger', 'laggard'] as const
export type Liar = (typeof LIARS)[number]

/** Makes liars of some nodes, each of its kind. */
export function corrupt(cluster: Cluster, liars: ReadonlyMap<SimNode, Liar>): void {
  for (const node of liars.keys()) node.honest = false
  const side = (peer: SimNode) => {
    return liars.has(peer) ? undefined : cluster.nodes.indexOf(peer) % 2 === 0
  }
  for (const [node, kind] of liars) {
    if (kind === 'twins') node.engine = createTwins(cluster, node, side)
  }
  const heard: Uint8Array[] = []
  cluster.spy = (_from, to, bytes) => {
    if (cluster.random.float() < 0.1) heard.push(bytes)
    if (liars.get(to) === 'doubler') voteForEverything(cluster, to, bytes)
  }
  cluster.tamper = (from, to, bytes) => {
    const kind = liars.get(from)
    if (kind === undefined) return [bytes]
    return lie(cluster, kind, from, to, bytes, heard)
  }
}

/** What right twins said, so that right twins alone hear it of each other. */
const saidByRight = new WeakSet<Uint8Array>()

/**
 * Two halves of the network hear two different nodes with one key. `side` is undefined for other
 * liars, whose twins keep to their own half too.
 */
export function createTwins(
  cluster: Cluster,
  node: SimNode,
  side: (peer: SimNode) => boolean | undefined,
): SimplexEngine {
  const left = createSimplexEngine(node.config, [])
  const right = createSimplexEngine(node.config, [])
  const sides = new Map(cluster.nodes.map((peer) => [peer.id, side(peer)]))
  let taken: SimplexEngine[] = []
  const saidBy = (ready: Ready | undefined, isLeft: boolean) => {
    const isFor = ({ to, message }: Outgoing): boolean => {
      if (!isLeft) saidByRight.add(message)
      return sides.get(to) !== !isLeft
    }
    const { messagesNow = [], messages = [] } = ready ?? {}
    return { messagesNow: messagesNow.filter(isFor), messages: messages.filter(isFor) }
  }
  return {
    ...left,
    tick() {
      left.tick()
      right.tick()
    },
    step(from, bytes) {
      // Each half's word goes to its own twin, so that the two go separate ways.
      const isLeft = sides.get(from) ?? !saidByRight.has(bytes)
      return isLeft ? left.step(from, bytes) : right.step(from, bytes)
    },
    propose(id, payload) {
      left.propose(id, payload)
      right.propose(id, payload)
    },
    ready() {
      const [one, other] = [left.ready(), right.ready()]
      taken = [...(one ? [left] : []), ...(other ? [right] : [])]
      if (!one && !other) return undefined
      const [toLeft, toRight] = [saidBy(one, true), saidBy(other, false)]
      return {
        messagesNow: [...toLeft.messagesNow, ...toRight.messagesNow],
        messages: [...toLeft.messages, ...toRight.messages],
        records: [],
        mustSync: false,
        snapshot: undefined,
        committed: [],
        reads: [],
        fates: [],
      }
    },
    advance() {
      for (const engine of taken) engine.advance()
    },
  }
}

function lie(
  cluster: Cluster,
  kind: Liar,
  from: SimNode,
  to: SimNode,
  bytes: Uint8Array,
  heard: readonly Uint8Array[],
): Uint8Array[] {
  const { random } = cluster
  switch (kind) {
    case 'twins':
    case 'doubler':
      return [bytes]
    case 'withholder':
      return random.float() < 0.5 ? [] : [bytes]
    case 'replayer': {
      const old = heard[random.int(Math.max(1, heard.length))]
      return old ? [bytes, old] : [bytes]
    }
    case 'forger': {
      const forged = Uint8Array.from(bytes)
      const at = random.int(forged.byteLength)
      forged[at] = random.int(256)
      return [bytes, forged, random.bytes(random.int(80))]
    }
    case 'laggard':
      if (random.float() < 0.7) cluster.later(random.int(40), from, to, bytes)
      return []
  }
}

/** For every block it hears of, every vote there is; and nullifies too. */
function voteForEverything(cluster: Cluster, node: SimNode, bytes: Uint8Array): void {
  const message = parseMessage(bytes)
  if (message?.kind !== 'propose') return
  const block = parseBlock(message.block)
  if (!block) return
  const { epoch, view } = message.vote
  const kinds: VoteKind[] = ['notarise', 'nullify', 'finalise']
  for (const kind of kinds) {
    const digest = kind === 'nullify' ? undefined : block.digest
    const ballot: Ballot = { kind, epoch, view, digest }
    const vote = signVote(node.config.network, node.config.signer, ballot)
    for (const peer of cluster.nodes) {
      if (peer === node || cluster.random.int(2) === 0) continue
      cluster.send(node.id, peer.id, encodeMessage({ kind: 'vote', vote }))
    }
  }
}
