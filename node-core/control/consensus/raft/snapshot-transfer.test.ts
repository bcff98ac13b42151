import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../../base/random/index.ts'
import { nodeId } from '../engine.fixture.ts'
import { configurationOf } from './configuration.ts'
import {
  SNAPSHOT_CHUNK_BYTES_MAX,
  SNAPSHOT_CHUNKS_AHEAD,
  SNAPSHOT_RETRIES_MAX,
  SNAPSHOT_RETRY_TICKS,
  SNAPSHOTS_AT_ONCE_MAX,
} from './limits.ts'
import type { InstallSnapshot } from './messages.ts'
import { toIndex, toTerm } from './positions.ts'
import { SnapshotReceiver } from './snapshot-receiver.ts'
import { SnapshotSender } from './snapshot-sender.ts'
import type { SnapshotChunk } from './wire.ts'

const from = nodeId(1)
const to = nodeId(2)
const configuration = configurationOf({ voters: [from], learners: [] })
const stateOf = (sizeBytes: number, seed = 1): Uint8Array => {
  const random = createSeededRandom(seed)
  return random.bytes(sizeBytes)
}
const install = (state: Uint8Array, peer = to): InstallSnapshot => ({
  kind: 'installSnapshot',
  from,
  to: peer,
  term: toTerm(3),
  snapshot: { index: toIndex(9), term: toTerm(2), configuration, state },
})
const wanted = (chunk: SnapshotChunk, offset: number) => ({
  kind: 'snapshotWanted' as const,
  from: chunk.to,
  to: from,
  term: chunk.term,
  transfer: chunk.transfer,
  offset,
})
const large = 10 * SNAPSHOT_CHUNK_BYTES_MAX + 7

/** Carries chunks and answers until the whole state is there; `loses` says what is lost. */
function carry(
  sender: SnapshotSender,
  receiver: SnapshotReceiver,
  loses: () => boolean,
): Uint8Array | undefined {
  for (let ticks = 0; ticks < 5_000; ticks++) {
    for (let chunks = sender.take(); chunks.length > 0; chunks = sender.take()) {
      for (const chunk of chunks) {
        if (loses()) continue
        const received = receiver.take(chunk)
        if ('state' in received) return received.state
        if (!loses()) sender.wanted(wanted(chunk, received.wanted))
      }
    }
    sender.tick()
  }
  return undefined
}

describe('a snapshot on its way', () => {
  it.each([0, 1, SNAPSHOT_CHUNK_BYTES_MAX, large])('arrives whole with %i bytes', (sizeBytes) => {
    const sender = new SnapshotSender(createSeededRandom(1))
    const state = stateOf(sizeBytes)
    sender.send(install(state))
    expect(carry(sender, new SnapshotReceiver(), () => false)).toEqual(state)
  })

  it('arrives whole whatever is lost', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = createSeededRandom(seed)
        const sender = new SnapshotSender(random)
        const state = stateOf(large)
        sender.send(install(state))
        const arrived = carry(sender, new SnapshotReceiver(), () => random.float() < 0.3)
        expect(Buffer.from(arrived ?? []).equals(state)).toBe(true)
      }),
      { seed: 1, numRuns: 20 },
    )
  })

  it('goes only a few chunks ahead of the answers, in messages of bounded size', () => {
    const sender = new SnapshotSender(createSeededRandom(1))
    sender.send(install(stateOf(large)))
    const chunks = sender.take()
    expect(chunks).toHaveLength(SNAPSHOT_CHUNKS_AHEAD)
    for (const { data } of chunks) expect(data).toHaveLength(SNAPSHOT_CHUNK_BYTES_MAX)
    sender.wanted(wanted(chunks[0]!, SNAPSHOT_CHUNK_BYTES_MAX))
    expect(sender.take().map(({ offset }) => offset)).toEqual([4 * SNAPSHOT_CHUNK_BYTES_MAX])
  })

  it('goes on from where the receiver is, and not from the start', () => {
    const sender = new SnapshotSender(createSeededRandom(1))
    const first = install(stateOf(large))
    sender.send(first)
    sender.wanted(wanted(sender.take()[0]!, 2 * SNAPSHOT_CHUNK_BYTES_MAX))
    sender.take()
    sender.send({ ...first, term: toTerm(4) })
    const [next] = sender.take()
    expect(next).toMatchObject({ offset: 2 * SNAPSHOT_CHUNK_BYTES_MAX, term: 4 })
    for (let at = 0; at < SNAPSHOT_RETRY_TICKS; at++) sender.tick()
    expect(sender.take()[0]).toMatchObject({ offset: 2 * SNAPSHOT_CHUNK_BYTES_MAX })
  })

  it('begins anew when it has changed, and mixes nothing', () => {
    const sender = new SnapshotSender(createSeededRandom(1))
    const receiver = new SnapshotReceiver()
    sender.send(install(stateOf(large, 1)))
    for (const chunk of sender.take()) receiver.take(chunk)
    const other = stateOf(large, 2)
    sender.send(install(other))
    expect(carry(sender, receiver, () => false)).toEqual(other)
  })

  it('begins anew for a receiver that has lost what it had', () => {
    const sender = new SnapshotSender(createSeededRandom(1))
    const state = stateOf(large)
    sender.send(install(state))
    sender.wanted(wanted(sender.take()[0]!, 3 * SNAPSHOT_CHUNK_BYTES_MAX))
    expect(carry(sender, new SnapshotReceiver(), () => false)).toEqual(state)
  })

  it('gives a place up that its receiver does nothing with, and comes to it again', () => {
    const sender = new SnapshotSender(createSeededRandom(1))
    const dead = Array.from({ length: SNAPSHOTS_AT_ONCE_MAX }, (_, at) => nodeId(at + 3))
    for (const peer of [...dead, to]) sender.send(install(stateOf(5), peer))
    const asked = () => new Set(sender.take().map((chunk) => chunk.to))
    expect(asked()).toEqual(new Set(dead))
    const pass = (retries: number) => {
      const seen = new Set<string>()
      for (let tick = 0; tick < retries * SNAPSHOT_RETRY_TICKS; tick++) {
        sender.tick()
        for (const peer of asked()) seen.add(peer)
      }
      return seen
    }
    expect(pass(SNAPSHOT_RETRIES_MAX)).toContain(to)
    sender.keepOnly((node) => node !== to)
    expect(pass(SNAPSHOT_RETRIES_MAX)).toEqual(new Set(dead))
  })

  it('waits for its turn where many are under way, and gets it', () => {
    const sender = new SnapshotSender(createSeededRandom(1))
    const peers = Array.from({ length: SNAPSHOTS_AT_ONCE_MAX + 1 }, (_, at) => nodeId(at + 2))
    for (const peer of peers) sender.send(install(stateOf(5), peer))
    expect(sender.take().map((chunk) => chunk.to)).toEqual(peers.slice(0, -1))
    sender.keepOnly((node) => node !== peers[0])
    expect(sender.take().map((chunk) => chunk.to)).toEqual(peers.slice(-1))
  })
})
