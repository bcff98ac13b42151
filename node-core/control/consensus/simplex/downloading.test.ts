/** A large snapshot over fast and slow lines, and from holders that lie. */
import { describe, expect, it } from 'vitest'
import { type Cluster, createCluster, EVEN, type SimNode } from './cluster.fixture.ts'
import { CHUNK_BYTES, FETCH_TICKS_MIN } from './limits.ts'
import { encodeMessage, type Message, parseMessage } from './messages.ts'

const even = (count: number) => Array.from({ length: count }, () => EVEN)

interface Scene {
  cluster: Cluster
  voters: SimNode[]
  newcomer: SimNode
  /** What the newcomer asked for, in order. */
  fetches: number[]
  entries: number
}

/** Four voters with a state of so many millions of bytes, and a newcomer with none. */
function createScene(seed: number, megabytes: number): Scene {
  const cluster = createCluster({ seed, standings: even(4), outsiders: 1 })
  const voters = cluster.nodes.slice(0, 4)
  const newcomer = cluster.node(4)
  newcomer.engine = undefined
  for (let at = 0; at < megabytes; at++) {
    cluster.propose(cluster.node(0), `${at}`.repeat(1_000_000).slice(0, 1_000_000))
  }
  const done = () => voters.every((node) => node.log.length === megabytes)
  expect(cluster.until(done, 300)).toBe(true)
  for (const node of voters) cluster.compact(node)
  const fetches: number[] = []
  cluster.spy = (from, _to, bytes) => {
    const message = from === newcomer ? parseMessage(bytes) : undefined
    if (message?.kind === 'fetch') fetches.push(message.offset)
  }
  return { cluster, voters, newcomer, fetches, entries: megabytes }
}

function finishes({ cluster, newcomer, entries }: Scene, ticks: number): boolean {
  cluster.restart(newcomer)
  return cluster.until(() => newcomer.log.length === entries, ticks)
}

type Chunk = Extract<Message, { kind: 'chunk' }>

/** What becomes of the pieces on their way to the newcomer. */
function onPiece(
  { cluster, newcomer }: Scene,
  change: (from: SimNode, chunk: Chunk, bytes: Uint8Array) => readonly Uint8Array[],
): void {
  cluster.tamper = (from, to, bytes) => {
    const message = to === newcomer ? parseMessage(bytes) : undefined
    return message?.kind === 'chunk' ? change(from, message, bytes) : [bytes]
  }
}

/** Each piece takes so many ticks. */
function slowDown(scene: Scene, ticks: (from: SimNode) => number): void {
  onPiece(scene, (from, _chunk, bytes) => {
    scene.cluster.later(ticks(from), from, scene.newcomer, bytes)
    return []
  })
}

const piecesOf = (megabytes: number) => Math.ceil((megabytes * 1_000_000) / CHUNK_BYTES)

describe('a large snapshot', () => {
  it('comes over a fast line, though a holder gives but so much in a tick', () => {
    const scene = createScene(31, 5)
    scene.cluster.hops = 200
    expect(finishes(scene, 60)).toBe(true)
    expect(scene.fetches).toEqual([...new Set(scene.fetches)])
    expect(scene.cluster.tick).toBeLessThan(100)
  })

  it('comes over a slow line, each piece once', () => {
    const scene = createScene(32, 3)
    slowDown(scene, () => FETCH_TICKS_MIN - 5)
    expect(finishes(scene, 2 * piecesOf(3) * FETCH_TICKS_MIN)).toBe(true)
    expect(scene.fetches).toEqual([...new Set(scene.fetches)])
  })

  it('comes over a line slower than anybody waits for at first, and nothing begins anew', () => {
    const scene = createScene(33, 3)
    slowDown(scene, () => 3 * FETCH_TICKS_MIN)
    expect(finishes(scene, 5 * piecesOf(3) * FETCH_TICKS_MIN)).toBe(true)
    expect(scene.fetches).toEqual(scene.fetches.toSorted((left, right) => left - right))
    expect(scene.fetches.length).toBeLessThan(piecesOf(3) + 6)
  })

  it('goes on where it was with another holder, when one falls silent', () => {
    const scene = createScene(34, 3)
    let given = 0
    let first: SimNode | undefined
    onPiece(scene, (from, _chunk, bytes) => {
      first ??= from
      return from === first && ++given > 3 ? [] : [bytes]
    })
    expect(finishes(scene, 300)).toBe(true)
    expect(scene.fetches.filter((offset) => offset === 0)).toHaveLength(1)
  })

  it('begins anew at once when those who hold it have taken the next', () => {
    const scene = createScene(35, 3)
    const { cluster, voters, newcomer } = scene
    slowDown(scene, () => 2)
    cluster.restart(newcomer)
    expect(cluster.until(() => scene.fetches.length > 2, 100)).toBe(true)
    cluster.propose(voters[0]!, 'one more')
    expect(cluster.until(() => voters.every((node) => node.log.length === 4), 100)).toBe(true)
    for (const node of voters) cluster.compact(node)
    // By its patience alone it would ask nobody else for so long.
    const ticks = piecesOf(3) * 4 + 10
    expect(ticks).toBeLessThan(FETCH_TICKS_MIN)
    expect(cluster.until(() => newcomer.log.length === 4, ticks)).toBe(true)
  })

  it('comes though one holder spoils what several give together, and no other is blamed', () => {
    for (let seed = 40; seed < 43; seed++) {
      const scene = createScene(seed, 2)
      const liar = scene.cluster.node(seed % 4)
      liar.honest = false
      let pieces = 0
      onPiece(scene, (from, chunk, bytes) => {
        // Every third is lost, so that others are asked for what comes next.
        if (++pieces % 3 === 0) return []
        if (from !== liar) return [bytes]
        return [encodeMessage({ ...chunk, bytes: chunk.bytes.map((byte) => byte ^ 1) })]
      })
      expect(finishes(scene, 3_000), `seed ${seed}`).toBe(true)
      expect(scene.newcomer.log).toEqual(scene.cluster.canon)
    }
  })

  it('is not kept from anybody by one that vouches for its hash with another index or size', () => {
    const lies = [
      (claim: { index: number; sizeBytes: number }) => ({ ...claim, index: claim.index + 1 }),
      (claim: { index: number; sizeBytes: number }) => ({ ...claim, sizeBytes: 10 }),
    ]
    for (const [at, lie] of lies.entries()) {
      const scene = createScene(50 + at, 1)
      const { cluster, newcomer, voters } = scene
      const [liar] = voters
      liar!.honest = false
      cluster.tamper = (from, to, bytes) => {
        const message = to === newcomer ? parseMessage(bytes) : undefined
        if (message?.kind !== 'offer') return [bytes]
        if (from !== liar) {
          // The liar's word comes first.
          cluster.later(3, from, to, bytes)
          return []
        }
        const claims = message.claims.map((claim) => ({ ...claim, ...lie(claim) }) as typeof claim)
        return [encodeMessage({ ...message, claims })]
      }
      expect(finishes(scene, 200)).toBe(true)
    }
  })
})
