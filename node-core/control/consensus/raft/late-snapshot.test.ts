import { expect, it } from 'vitest'
import type { NodeId } from '../../../base/net/index.ts'
import { nodeId } from '../engine.fixture.ts'
import { configurationOf } from './configuration.ts'
import { changeOf } from './entries.ts'
import type { Message } from './messages.ts'
import { INDEX_ZERO, TERM_ZERO, toIndex, toTerm } from './positions.ts'
import { RawNode } from './raw-node.ts'
import type { Snapshot } from './snapshot.ts'

const [leader, newcomer] = [nodeId(1), nodeId(2)] as const
const alone = configurationOf({ voters: [leader], learners: [] })
const founding: Snapshot = {
  ...{ index: toIndex(1), term: toTerm(1), configuration: alone, state: new Uint8Array() },
}

function create(id: NodeId, snapshot?: Snapshot): RawNode {
  const term = snapshot?.term ?? TERM_ZERO
  const hardState = { term, votedFor: undefined, commit: snapshot?.index ?? INDEX_ZERO }
  return new RawNode({
    ...{ id, snapshot, entries: [], hardState, electionTicks: 10, heartbeatTicks: 1 },
    ...{ randomElectionTimeout: () => 10, appendBytesMax: 1_000, preVote: true },
    ...{ checkQuorum: false, leaseReads: false, stepDownOnRemoval: true },
  })
}

/** Does what is ready, and gives what is to be sent. */
function run(node: RawNode): Message[] {
  const sent: Message[] = []
  while (node.hasReady()) {
    const { messages, messagesNow, committedEntries } = node.ready()
    sent.push(...messagesNow, ...messages)
    for (const entry of committedEntries) {
      const change = changeOf(entry)
      if (change) node.applyChange(change)
    }
    node.advance()
  }
  return sent
}

function installed(messages: readonly Message[]): number[] {
  return messages.flatMap((message) =>
    message.kind === 'installSnapshot' ? [message.snapshot.index] : [],
  )
}

it('a newcomer is sent a newer snapshot when the log was compacted beyond the one on its way', () => {
  const [node, other] = [create(leader, founding), create(newcomer)]
  node.campaign()
  run(node)
  node.proposeChange({ transition: 'auto', changes: [{ type: 'addLearner', node: newcomer }] })
  /** From the leader to the newcomer and back, once. */
  const carry = (messages: readonly Message[]): Message[] => {
    for (const message of messages) if (message.to === newcomer) other.step(message)
    const answers = run(other)
    for (const answer of answers) node.step(answer)
    return run(node)
  }
  let sent = run(node)
  while (installed(sent).length === 0) sent = carry(sent)
  expect(installed(sent)).toEqual([1])
  node.propose(Array.from({ length: 20 }, () => new Uint8Array(1)))
  run(node)
  const index = toIndex(node.log.committed)
  const term = node.log.term(index) ?? TERM_ZERO
  node.setSnapshot({ ...founding, index, term, configuration: node.configuration })
  node.compact(index)
  expect(installed(carry(sent))).toEqual([index])
})
