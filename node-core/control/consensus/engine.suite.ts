/**
 * What every engine promises, whatever its protocol. Four nodes, so that each engine here goes on
 * without any one of them.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EngineCluster, type MakeEngine, type Member, nodeId } from './engine.fixture.ts'
import type { Members } from './index.ts'

export function engineSuite(name: string, make: MakeEngine): void {
  const cluster = (seed?: number): EngineCluster => new EngineCluster(make, 4, seed)
  const has = (member: Member, ...texts: string[]): boolean =>
    texts.every((text) => member.state.includes(text))

  describe(`${name} as an engine`, () => {
    it('begins with the state it was founded with, and takes proposals', () => {
      const net = cluster()
      net.commit('a')
      net.agree()
      for (const { engine, state, id } of net.up) {
        expect(state).toEqual(['founded', 'a'])
        const status = engine.status()
        expect(status.self).toBe(id)
        expect(status.quorum).toBe(true)
        expect(status.members.voters).toHaveLength(4)
        expect(status.last).toBeGreaterThanOrEqual(status.committed)
      }
    })

    it('delivers what all propose at once, in one order', () => {
      const net = cluster(2)
      net.commit('first')
      for (let round = 0; round < 10; round++) {
        for (const member of net.up) net.propose(member, `${round} of ${member.id.slice(0, 1)}`)
        net.step()
      }
      net.agree()
      const { state } = net.up[0]!
      expect(new Set(state).size).toBe(state.length)
      // Nothing is lost where nothing fails.
      expect(state).toHaveLength(2 + 40)
    })

    it('tells a fate exactly once, and a true one', () => {
      const net = cluster(3)
      net.commit('first')
      const proposed = net.up.flatMap((member) =>
        ['a', 'b', 'c'].map((text) => {
          const payload = `${text} of ${member.id.slice(0, 1)}`
          return { member, payload, id: net.propose(member, payload) }
        }),
      )
      net.until('all have a fate', () => proposed.every(({ member, id }) => member.fates.has(id)))
      net.agree()
      for (const { member, payload, id } of proposed) {
        const fate = member.fates.get(id)!
        if (fate.outcome === 'committed') expect(has(member, payload)).toBe(true)
        if (fate.outcome === 'refused') expect(has(member, payload)).toBe(false)
      }
      expect(proposed.some(({ member, id }) => member.fates.get(id)?.outcome === 'committed')).toBe(
        true,
      )
    })

    it('goes on without one node, whichever it is, and takes it back', () => {
      const net = cluster(4)
      net.commit('0')
      for (const member of [...net.members]) {
        net.crash(member)
        net.commit(`without ${member.id.slice(0, 1)}`)
        net.restart(member)
        net.agree()
      }
      expect(net.up[0]!.state).toHaveLength(2 + 4)
    })

    it('survives the restart of all from what was synced', () => {
      const net = cluster(5)
      for (const text of ['a', 'b', 'c']) net.commit(text)
      net.agree()
      for (const member of net.members) net.crash(member)
      for (const member of net.members) net.restart(member)
      net.commit('d')
      net.agree()
      expect(net.up[0]!.state).toEqual(['founded', 'a', 'b', 'c', 'd'])
    })

    it('decides nothing in a minority, and tells what became of it afterwards', () => {
      const net = cluster(6)
      net.commit('before')
      const alone = net.lead()
      net.cutOff(alone)
      const id = net.propose(alone, 'alone')
      const question = net.read(alone)
      const others = net.up.filter((member) => member !== alone)
      const through = others[0]!
      net.until('the others agree on somebody', () => {
        return others.some(({ engine, id: own }) => engine.status().leader === own)
      })
      let asked = net.propose(through, 'together')
      net.until('the others go on', () => {
        const fate = through.fates.get(asked)
        if (fate && fate.outcome !== 'committed') asked = net.propose(through, 'together')
        return others.every((member) => has(member, 'together'))
      })
      expect(has(alone, 'together')).toBe(false)
      expect(has(alone, 'alone')).toBe(false)
      net.until('the one alone notices', () => !alone.engine.status().quorum)
      expect(alone.reads.get(question)?.index).toBe(undefined)
      net.heal()
      net.commit('after')
      net.agree()
      net.until('it learns the fate', () => alone.fates.has(id))
      const fate = alone.fates.get(id)!
      if (fate.outcome === 'committed') expect(has(alone, 'alone')).toBe(true)
      if (fate.outcome === 'refused') expect(has(alone, 'alone')).toBe(false)
    })

    it('answers reads with an index that covers everything committed before', () => {
      const net = cluster(7)
      net.commit('a')
      for (const member of net.up) {
        net.commit(`before the read of ${member.id.slice(0, 1)}`)
        const committed = Math.max(...net.up.map(({ applied }) => applied))
        let question = net.read(member)
        net.until('an answer', () => {
          const answer = member.reads.get(question)
          if (answer && answer.index === undefined) question = net.read(member)
          return answer?.index !== undefined
        })
        expect(member.reads.get(question)?.index).toBeGreaterThanOrEqual(committed)
      }
    })

    it('changes members: a newcomer listens, votes, and takes the place of another', () => {
      const net = cluster(8)
      net.commit('before')
      const voters = net.members.map(({ id }) => id)
      const newcomer = net.add(nodeId(5))
      change(net, { voters, learners: [newcomer.id] })
      net.commit('to a learner')
      net.agree()
      expect(newcomer.state).toEqual(['founded', 'before', 'to a learner'])
      const [gone, ...stay] = net.members.filter((member) => member !== net.lead())
      const next = [net.lead().id, ...stay.map(({ id }) => id)].sort()
      change(net, { voters: next, learners: [] })
      net.crash(gone!)
      net.commit('among the new')
      net.agree()
      for (const { engine, members } of net.up) {
        expect(engine.status().members.voters.toSorted()).toEqual(next)
        expect(members?.voters.toSorted()).toEqual(next)
      }
      net.crash(net.members.find(({ id, isUp }) => isUp && id !== newcomer.id)!)
      net.commit('with the vote of the newcomer')
      net.agree()
    })

    it('refuses a change that makes no sense', () => {
      const net = cluster(9)
      net.commit('before')
      const leader = net.lead()
      const id = net.changeMembers(leader, { voters: [], learners: [] })
      net.until('a fate', () => leader.fates.has(id))
      expect(leader.fates.get(id)).toMatchObject({ outcome: 'refused', code: 'CHANGE_REFUSED' })
    })

    it('compacts, restarts from that, and brings a newcomer up by the state alone', () => {
      const net = cluster(10)
      for (let at = 0; at < 30; at++) net.commit(`entry ${at}`)
      net.agree()
      for (const member of net.members) net.compact(member)
      for (const member of net.members) {
        net.crash(member)
        net.restart(member)
        net.agree()
      }
      net.commit('after')
      const newcomer = net.add(nodeId(6))
      change(net, { voters: net.members.slice(0, 4).map(({ id }) => id), learners: [newcomer.id] })
      net.agree()
      expect(newcomer.snapshots).toBe(1)
      expect(newcomer.state).toHaveLength(32)
      net.crash(newcomer)
      net.restart(newcomer)
      net.commit('once more')
      net.agree()
      expect(newcomer.state).toEqual(net.up[0]!.state)
    })

    it('catches up a node that was away while the others compacted', () => {
      const net = cluster(11)
      net.commit('before')
      const away = net.members.find((member) => member !== net.lead())!
      net.crash(away)
      // More than an engine keeps for those who are only a little behind.
      for (let at = 0; at < 40; at++) {
        const texts = Array.from({ length: 50 }, (_, each) => `${at}.${each}`)
        for (const text of texts) net.propose(net.lead(), text)
        net.step()
      }
      const isWhole = () => net.up.every(({ state }) => state.length === 2 + 2_000)
      net.until('all is applied', isWhole)
      net.agree()
      for (const member of net.up) net.compact(member)
      net.restart(away)
      net.commit('after')
      net.agree()
      expect(away.state).toHaveLength(3 + 2_000)
    })

    it('writes nothing over its log while another’s snapshot is not yet checked', () => {
      const net = cluster(14)
      // What was learnt of the last one may be lost with its node.
      for (const text of ['before', 'and then']) net.commit(text)
      net.agree()
      const away = net.members.find((member) => member !== net.lead())!
      net.crash(away)
      for (let at = 0; at < 2_000; at++) {
        net.propose(net.lead(), `${at}`)
        if (at % 50 === 0) net.step()
      }
      net.until('all is applied', () => net.up.every(({ state }) => state.length === 3 + 2_000))
      net.agree()
      for (const member of net.up) net.compact(member)
      net.restart(away)
      const before = away.snapshots
      let refused = 0
      net.beforeReady = (member) => {
        if (member !== away || member.applied === 0) return
        if (!net.compact(member)) refused++
        const opened = make(member.id, undefined, member.synced, 99).ready()
        // What the host has not been handed it has not been able to check.
        expect(opened?.snapshot?.index ?? 0).toBeLessThanOrEqual(member.applied)
      }
      net.commit('after')
      net.agree()
      expect(away.snapshots).toBe(before + 2)
      expect(refused).toBeGreaterThan(0)
    })

    it('refuses a payload that no message could carry', () => {
      const net = cluster(12)
      net.commit('before')
      const leader = net.lead()
      const id = net.propose(leader, 'x'.repeat(8 << 20))
      net.until('a fate', () => leader.fates.has(id))
      expect(leader.fates.get(id)).toMatchObject({ outcome: 'refused', code: 'TOO_LARGE' })
    })

    it('rejects what is no message, and stays as it was', () => {
      const net = cluster(13)
      net.commit('before')
      const { engine } = net.up[0]!
      const before = engine.status()
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
          expect(engine.step(nodeId(2), bytes).verdict).toBe('reject')
        }),
        { seed: 1, numRuns: 300 },
      )
      expect(engine.status()).toEqual(before)
      net.commit('after')
      net.agree()
    })

    it('does in a second run what it did in the first', () => {
      const run = (): string => {
        const net = cluster(14)
        net.commit('a')
        net.crash(net.lead())
        net.commit('b')
        return JSON.stringify(net.members.map(({ engine, state }) => [engine.status(), state]))
      }
      expect(run()).toBe(run())
    })
  })
}

/** Until the change is in force everywhere; asked again where it was refused for now. */
function change(net: EngineCluster, wanted: Members): void {
  let asked = net.lead()
  let id = net.changeMembers(asked, wanted)
  net.until('the change is in force', () => {
    const fate = asked.fates.get(id)
    if (fate && fate.outcome !== 'committed') {
      asked = net.lead()
      id = net.changeMembers(asked, wanted)
    }
    return net.up.every(({ engine }) => {
      const now = engine.status().members
      const same = (left: readonly string[], right: readonly string[]): boolean =>
        left.toSorted().join() === right.toSorted().join()
      return same(now.voters, wanted.voters) && same(now.learners, wanted.learners)
    })
  })
}
