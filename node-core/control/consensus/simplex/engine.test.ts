import { describe, expect, it } from 'vitest'
import { generateKey, keyFromSeed, verify } from '../../../identity/index.ts'
import type { Members, ProposalId, ReadId } from '../index.ts'
import { type Cluster, createCluster, EVEN, type SimNode } from './cluster.fixture.ts'
import { createSimplexEngine, verifyCertificate } from './index.ts'
import { PAYLOAD_BYTES_MAX } from './limits.ts'
import { encodeMessage, parseMessage } from './messages.ts'

const even = (count: number) => Array.from({ length: count }, () => EVEN)
const idsOf = (nodes: readonly SimNode[]): Members => {
  return { voters: nodes.map((node) => node.id), learners: [] }
}
const allHave = (cluster: Cluster, text: string) => () =>
  cluster.nodes.every((node) => !node.engine || node.log.includes(text))

describe.each([1, 2, 3, 4, 5, 6, 7, 10])('a committee of %i', (count) => {
  it('delivers what anybody proposes in one order, and tells each fate once', () => {
    const cluster = createCluster({ seed: count, standings: even(count) })
    const ids = cluster.nodes.map((node, at) => cluster.propose(node, `entry ${at}`))
    const all = () => cluster.nodes.every((node) => node.log.length === count)
    expect(cluster.until(all, 200)).toBe(true)
    for (const [at, node] of cluster.nodes.entries()) {
      expect(node.log).toEqual(cluster.canon)
      const index = node.log.indexOf(`entry ${at}`) + 1
      expect(node.fates).toEqual([{ id: ids[at], outcome: 'committed', index }])
    }
  })

  it('goes on without as many as may be away, and with one more decides nothing', () => {
    const cluster = createCluster({ seed: count, standings: even(count) })
    const away = count < 4 ? 0 : Math.floor((count - 1) / 3)
    for (const node of cluster.nodes.slice(0, away)) cluster.crash(node)
    const last = cluster.node(count - 1)
    cluster.propose(last, 'enough')
    expect(cluster.until(allHave(cluster, 'enough'), 600)).toBe(true)
    if (count === 1) return
    cluster.crash(cluster.node(away))
    const id = cluster.propose(last, 'too few')
    cluster.run(700)
    expect(last.log).not.toContain('too few')
    expect(last.engine!.status().quorum).toBe(false)
    expect(last.fates.at(-1)).toEqual({ id, outcome: 'unknown' })
  })
})

describe('the engine', () => {
  it('is quiet when nothing waits: rare heartbeats, no views', () => {
    const cluster = createCluster({ seed: 1, standings: even(4) })
    cluster.propose(cluster.node(0), 'a')
    cluster.run(60)
    const [sent, view] = [cluster.sent, cluster.node(0).engine!.status().term]
    cluster.run(1_000)
    // One heartbeat of each to each of the three others every 20 ticks.
    expect(cluster.sent - sent).toBe((1_000 / 20) * 4 * 3)
    expect(cluster.node(0).engine!.status().term).toBe(view)
  })

  it('answers a read in an idle committee at an index that covers every known write', () => {
    const cluster = createCluster({ seed: 2, standings: even(4), delayTicksMax: 2 })
    for (const [at, node] of cluster.nodes.entries()) {
      cluster.propose(node, `write ${at}`)
      expect(cluster.until(() => cluster.canon.includes(`write ${at}`), 200)).toBe(true)
      const known = cluster.canon.length
      const reader = cluster.node((at + 1) % 4)
      const id = cluster.read(reader)
      const answered = () => reader.reads.some((read) => read.id === id)
      expect(cluster.until(answered, 200)).toBe(true)
      const index = reader.reads.find((read) => read.id === id)!.index!
      expect(index).toBeGreaterThanOrEqual(known)
      expect(reader.log.length).toBeGreaterThanOrEqual(index)
    }
  })

  it('does not answer a read from before a write that it has not heard of', () => {
    const cluster = createCluster({ seed: 3, standings: even(4) })
    const behind = cluster.node(0)
    cluster.linked = (from, to) => to !== behind && from !== behind
    cluster.propose(cluster.node(1), 'written meanwhile')
    const others = cluster.nodes.slice(1)
    const written = () => others.every((node) => node.log.length === 1)
    expect(cluster.until(written, 200)).toBe(true)
    cluster.read(behind)
    cluster.run(50)
    expect(behind.reads).toEqual([])
    cluster.linked = () => true
    expect(cluster.until(() => behind.reads.length === 1, 200)).toBe(true)
    expect(behind.reads[0]!.index).toBe(1)
  })

  it('never votes twice differently, over a restart at any effect', () => {
    const cluster = createCluster({ seed: 4, standings: even(4), dropRate: 0.2, delayTicksMax: 6 })
    const said = new Map<string, string>()
    cluster.spy = (from, _to, bytes) => {
      const message = parseMessage(bytes)
      if (message?.kind !== 'vote' && message?.kind !== 'propose') return
      const { kind, epoch, view, digest, author } = message.vote
      if (author !== from.id) return
      const place = [author, epoch, view, kind === 'notarise' ? kind : 'end'].join()
      const what = `${kind} ${digest}`
      expect(said.get(place) ?? what).toBe(what)
      said.set(place, what)
    }
    cluster.crashRate = 0.01
    for (let at = 0; at < 600; at++) {
      cluster.step()
      if (at % 3 === 0) cluster.propose(cluster.node(at % 4), `${at}`)
      for (const node of cluster.nodes) if (cluster.random.float() < 0.2) cluster.restart(node)
    }
    expect(cluster.nodes.every((node) => node.crashes > 5)).toBe(true)
    expect(said.size).toBeGreaterThan(100)
  })

  it('changes the committee at the end of an epoch, and the new one decides', () => {
    const cluster = createCluster({ seed: 5, standings: even(4), outsiders: 2 })
    cluster.propose(cluster.node(0), 'before')
    expect(cluster.until(() => cluster.canon.length === 1, 100)).toBe(true)
    const [first, , ...rest] = cluster.nodes
    const next = [...rest, first!]
    first!.engine!.changeMembers('change' as ProposalId, idsOf(next))
    const changed = () => next.every((node) => node.engine!.status().members.voters.length === 5)
    expect(cluster.until(changed, 200)).toBe(true)
    expect(first!.fates).toContainEqual({ id: 'change', outcome: 'committed', index: 2 })
    cluster.crash(cluster.node(1))
    cluster.crash(cluster.node(2))
    cluster.propose(cluster.node(5), 'by a newcomer')
    expect(cluster.until(allHave(cluster, 'by a newcomer'), 300)).toBe(true)
  })

  it('hears of a change that was asked for while nobody could, once everybody can and rests', () => {
    const cluster = createCluster({ seed: 8, standings: even(4), outsiders: 1 })
    const [asked, newcomer] = [cluster.node(0), cluster.node(4)]
    cluster.tamper = (from, _to, bytes) => {
      const { kind } = parseMessage(bytes) ?? {}
      return from === asked && (kind === 'change' || kind === 'propose') ? [] : [bytes]
    }
    const learners = [newcomer.id]
    asked.engine!.changeMembers('in vain' as ProposalId, {
      ...idsOf(cluster.nodes.slice(0, 4)),
      learners,
    })
    // It leads now and then, and proposes the change as often as it may.
    for (let at = 0; at < 40; at++) {
      cluster.propose(cluster.node(1), `${at}`)
      cluster.run(5)
    }
    cluster.run(100)
    expect(cluster.canon.length).toBe(40)
    expect(asked.fates).toEqual([])
    cluster.tamper = (_from, _to, bytes) => [bytes]
    expect(cluster.until(() => asked.fates.length > 0, 100)).toBe(true)
    expect(asked.fates).toEqual([{ id: 'in vain', outcome: 'committed', index: 41 }])
  })

  it('votes for no committee that its host does not want, and gives such a change up', () => {
    const cluster = createCluster({ seed: 6, standings: even(4), outsiders: 1 })
    const friend = cluster.node(4)
    const wanted = idsOf([cluster.node(0), friend])
    const engines = cluster.nodes.slice(1, 4)
    for (const node of engines) {
      Object.assign(node.config, { mayChange: () => false })
    }
    cluster.node(0).engine!.changeMembers('coup' as ProposalId, wanted)
    cluster.propose(cluster.node(1), 'work')
    expect(cluster.until(() => cluster.node(2).log.includes('work'), 300)).toBe(true)
    cluster.run(700)
    expect(cluster.canon).toEqual(['work'])
    expect(cluster.node(0).fates).toContainEqual({ id: 'coup', outcome: 'unknown' })
  })

  it('refuses what is too large, too much, or nonsense', () => {
    const cluster = createCluster({ seed: 7, standings: even(4), outsiders: 1 })
    const engine = cluster.node(0).engine!
    engine.propose('large' as ProposalId, new Uint8Array(PAYLOAD_BYTES_MAX + 1))
    engine.changeMembers('nobody' as ProposalId, { voters: [], learners: [] })
    const twice = [cluster.node(0).id, cluster.node(0).id]
    engine.changeMembers('twice' as ProposalId, { voters: twice, learners: [] })
    const outsider = cluster.node(4)
    outsider.engine!.propose('outside' as ProposalId, new Uint8Array(1))
    outsider.engine!.read('question' as ReadId)
    for (const node of cluster.nodes) cluster.pump(node)
    expect(cluster.node(0).fates).toEqual([
      { id: 'large', outcome: 'refused', code: 'TOO_LARGE' },
      { id: 'nobody', outcome: 'refused', code: 'CHANGE_REFUSED' },
      { id: 'twice', outcome: 'refused', code: 'CHANGE_REFUSED' },
    ])
    expect(outsider.fates).toEqual([{ id: 'outside', outcome: 'refused', code: 'NOT_LEADER' }])
    expect(outsider.reads).toEqual([{ id: 'question', index: undefined }])
    for (let at = 0; at < 20; at++) engine.propose(`${at}` as ProposalId, new Uint8Array(1_000_000))
    const ready = engine.ready()!
    expect(ready.fates.every((fate) => fate.outcome === 'refused' && fate.code === 'BUSY')).toBe(
      true,
    )
    expect(ready.fates.length).toBeGreaterThan(0)
  })

  it('shows where its chain ends by votes that anybody can check', () => {
    const cluster = createCluster({
      seed: 8,
      standings: even(4),
      signer: (name) => keyFromSeed(Buffer.alloc(32, name)),
      verify,
    })
    cluster.propose(cluster.node(0), 'proven')
    expect(cluster.until(() => cluster.node(3).log.length === 1, 100)).toBe(true)
    const { digest, index, certificate } = cluster.node(3).engine!.end()
    expect(index).toBe(1)
    expect(certificate!.digest).toBe(digest)
    const scheme = { network: cluster.node(0).config.network, verify }
    expect(verifyCertificate(scheme, cluster.committee, certificate!)).toBe(true)
    const fewer = { ...certificate!, signatures: certificate!.signatures.slice(1) }
    expect(verifyCertificate(scheme, cluster.committee, fewer)).toBe(false)
  })

  it('signs with its own key only', () => {
    const { config } = createCluster({ seed: 9, standings: even(1) }).node(0)
    const signer = generateKey(config.random)
    expect(() => createSimplexEngine({ ...config, signer }, [])).toThrow('own key')
  })

  it('starts from no record that it does not know', () => {
    const { config } = createCluster({ seed: 9, standings: even(1) }).node(0)
    const malformed = expect.objectContaining({ code: 'RECORD_MALFORMED' })
    expect(() => createSimplexEngine(config, [Uint8Array.of(1, 2)])).toThrow(malformed)
  })

  it('judges peers: blame for what no honest node sends, none for what is late', () => {
    const cluster = createCluster({ seed: 10, standings: even(4), outsiders: 1 })
    const heard: Uint8Array[] = []
    cluster.spy = (_from, to, bytes) => void (to === cluster.node(0) && heard.push(bytes))
    cluster.propose(cluster.node(0), 'a')
    cluster.run(10)
    const fresh = createSimplexEngine(cluster.node(0).config, [])
    const votes = heard.filter((bytes) => parseMessage(bytes)?.kind === 'vote')
    const message = parseMessage(votes[0]!)!
    if (message.kind !== 'vote') throw new Error('A vote.')
    const { vote } = message
    const step = (changed: Partial<typeof vote>) =>
      fresh.step(cluster.node(1).id, encodeMessage({ kind: 'vote', vote: { ...vote, ...changed } }))
    const stranger = cluster.node(4).config.signer.publicKey
    const cases = [
      [{ signature: new Uint8Array(64) }, 'reject', 'SIGNATURE_INVALID'],
      [{ key: stranger }, 'reject', 'NOT_A_VOTER'],
      [{ epoch: 1 as never }, 'ignore', 'EPOCH_AHEAD'],
      [{ view: 1_000 as never }, 'ignore', 'VIEW_AHEAD'],
      [{ view: 0 as never }, 'reject', 'MALFORMED'],
    ] as const
    for (const [changed, verdict, code] of cases) {
      expect(step(changed), code).toEqual({ verdict, code })
    }
    expect(step({})).toEqual({ verdict: 'accept' })
    expect(step({})).toEqual({ verdict: 'ignore', code: 'KNOWN' })
    const late = encodeMessage({ kind: 'vote', vote })
    cluster.propose(cluster.node(0), 'b')
    for (let at = 0; at < 10; at++) {
      cluster.propose(cluster.node(0), `${at}`)
      cluster.run(10)
    }
    const engine = cluster.node(0).engine!
    expect(engine.step(cluster.node(1).id, late)).toEqual({ verdict: 'ignore', code: 'OLD' })
  })
})
