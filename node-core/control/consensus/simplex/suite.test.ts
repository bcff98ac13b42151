/** What every engine promises, kept by this one. */
import type { NodeId } from '../../../base/net/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import { nodeIdOf } from '../../../identity/index.ts'
import { type Founding, type MakeEngine, nodeId } from '../engine.fixture.ts'
import { engineSuite } from '../engine.suite.ts'
import type { Engine, Members, Ready } from '../index.ts'
import { fakeSigner, fakeVerify, NETWORK } from './cluster.fixture.ts'
import { createCommittee, createSimplexEngine, type Epoch } from './index.ts'

/** The suite names nodes as it likes; here an id is the hash of a key. */
const NAMES = Array.from({ length: 9 }, (_, at) => nodeId(at + 1))
const inner = new Map(NAMES.map((name) => [name, nodeIdOf(fakeSigner(name).publicKey)]))
const outer = new Map([...inner].map(([name, id]) => [id, name]))
const inward = (name: NodeId): NodeId => inner.get(name) ?? name
const outward = (id: NodeId): NodeId => outer.get(id) ?? id
const translate = (members: Members, one: (node: NodeId) => NodeId): Members => {
  return { voters: members.voters.map(one), learners: members.learners.map(one) }
}

/** Of the network, as its genesis says; a newcomer knows the genesis and no state. */
const VOTERS = NAMES.slice(0, 4)

const make: MakeEngine = (
  self: NodeId,
  founding: Founding | undefined,
  records: readonly Uint8Array[],
  seed: number,
): Engine => {
  const standingOf = () => ({ weight: 1, trust: 1 })
  const founders = translate({ voters: VOTERS, learners: [] }, inward)
  const engine = createSimplexEngine(
    {
      self: inward(self),
      signer: fakeSigner(self),
      verify: fakeVerify,
      network: NETWORK,
      committee: createCommittee(0 as Epoch, founders, standingOf)!,
      state: founding?.state,
      random: createSeededRandom(seed),
      standingOf,
      mayChange: () => true,
      keptBytes: 4_096,
    },
    records,
  )
  return {
    ...engine,
    self,
    step: (from, bytes) => engine.step(inward(from), bytes),
    changeMembers: (id, members) => engine.changeMembers(id, translate(members, inward)),
    reportUnreachable: (peer) => engine.reportUnreachable(inward(peer)),
    reportDown: (peer) => engine.reportDown(inward(peer)),
    campaign: () => engine.campaign(),
    ready() {
      const ready = engine.ready()
      return ready && renamed(ready)
    },
    status() {
      const status = engine.status()
      return {
        ...status,
        self,
        leader: status.leader && outward(status.leader),
        members: translate(status.members, outward),
        progress: status.progress.map((peer) => ({ ...peer, node: outward(peer.node) })),
      }
    },
  }
}

function renamed(ready: Ready): Ready {
  const toOuter = (message: Ready['messages'][number]) => ({ ...message, to: outward(message.to) })
  const { snapshot } = ready
  return {
    ...ready,
    messagesNow: ready.messagesNow.map(toOuter),
    messages: ready.messages.map(toOuter),
    snapshot: snapshot && { ...snapshot, members: translate(snapshot.members, outward) },
    committed: ready.committed.map((entry) => {
      return entry.members ? { ...entry, members: translate(entry.members, outward) } : entry
    }),
  }
}

engineSuite('Simplex', make)
