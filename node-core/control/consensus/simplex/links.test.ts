/** Very many committees, one after the other. */
import { expect, it } from 'vitest'
import { assert } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import type { LogIndex } from '../index.ts'
import { createBlock } from './block.ts'
import { createCertificate } from './certificate.ts'
import { EVEN, fakeSigner, fakeVerify, NETWORK } from './cluster.fixture.ts'
import { committeeOf } from './compacting.ts'
import { hear } from './intake.ts'
import { LINKS_PER_MESSAGE_MAX } from './limits.ts'
import { addLink, createMachine, type Machine } from './machine.ts'
import { encodeMessage, parseMessage } from './messages.ts'
import { type Epoch, genesisDigest, type Height, type View } from './numbering.ts'
import { type Committee, createCommittee } from './quorum.ts'
import { replay } from './replay.ts'
import { standpointOf } from './standpoint.ts'
import { signVote } from './vote.ts'
import { ids, signers } from './voter.fixture.ts'

const LATER = 'ff'.repeat(32) as NodeId

/** The same voters each time, with and without a learner. */
function committeeAt(epoch: number): Committee {
  const members = { voters: ids, learners: epoch % 2 === 1 ? [LATER] : [] }
  const committee = createCommittee(epoch as Epoch, members, () => EVEN)
  assert(committee, 'It is a committee.')
  return committee
}

function machineOf(at: number, state: Uint8Array | undefined): Machine {
  const signer = signers[at] ?? fakeSigner('newcomer')
  const self = ids[at] ?? LATER
  const machine = createMachine({
    ...{ self, signer, state, verify: fakeVerify, network: NETWORK, committee: committeeAt(0) },
    ...{ random: createSeededRandom(at), standingOf: () => EVEN, mayChange: () => true },
  })
  replay(machine, [])
  machine.outbox.take()
  return machine
}

/** What ends that epoch, certified by its voters. */
function linkOf(epoch: number) {
  const at = { epoch: epoch as Epoch, view: (epoch + 1) as View }
  const block = createBlock({
    ...{ ...at, height: (epoch + 1) as Height, index: epoch as LogIndex, items: [] },
    ...{ parent: genesisDigest(NETWORK) },
    change: { nonce: '11'.repeat(16), committee: committeeAt(epoch + 1) },
  })
  const ballot = { ...at, kind: 'finalise' as const, digest: block.digest }
  const votes = signers.slice(0, 3).map((signer) => signVote(NETWORK, signer, ballot))
  return { block: block.bytes, certificate: createCertificate(ballot, votes) }
}

const EPOCHS = 2 * LINKS_PER_MESSAGE_MAX + 100

it('lead a newcomer to the present committee however many there were, in pages', () => {
  const member = machineOf(0, new Uint8Array())
  for (let epoch = 0; epoch < EPOCHS; epoch++) addLink(member, linkOf(epoch))
  member.committee = committeeAt(EPOCHS)
  expect(committeeOf(member, 1_000 as Epoch)).toEqual(committeeAt(1_000))

  const newcomer = machineOf(9, undefined)
  let pages = 0
  let asks = [encodeMessage({ kind: 'status', ...standpointOf(newcomer) })]
  while (asks.length > 0) {
    for (const ask of asks) hear(member, LATER, ask)
    for (const { message } of member.outbox.take()?.messages ?? []) {
      const { kind } = parseMessage(message) ?? {}
      if (kind === 'links') pages++
      expect(hear(newcomer, member.config.self, message).verdict).not.toBe('reject')
    }
    asks = (newcomer.outbox.take()?.messagesNow ?? [])
      .map(({ message }) => message)
      .filter((message) => parseMessage(message)?.kind === 'status')
  }
  expect(newcomer.catchUp.committee()).toEqual(committeeAt(EPOCHS))
  expect(pages).toBe(3)
})
