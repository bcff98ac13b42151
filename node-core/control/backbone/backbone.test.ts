import { describe, expect, it } from 'vitest'
import { id, nodeOf } from './backbone.fixture.ts'
import { type BackboneInput, type BackboneNode, nextMove, siteOf, successorOf } from './index.ts'
import { GRACE_MS, STEADY_MS } from './limits.ts'
import { bestSize, legalSizes, lossesBorne } from './sizes.ts'

interface Scene {
  voters: string
  learners?: string
  caughtUp?: string
  nodes: BackboneNode[]
  self?: string
  engine?: BackboneInput['engine']
}

const ids = (names = '') => names.split(' ').filter(Boolean).map(id)

function scene({ voters, learners, caughtUp, nodes, self = 'a', engine = 'raft' }: Scene) {
  return {
    ...{ engine, self: id(self), nodes, caughtUp: new Set(ids(caughtUp)) },
    members: { voters: ids(voters), learners: ids(learners) },
  }
}
/** `learns: b c`, `votes: a b c`, `leads: b`, or nothing. */
function moveIn(of: Scene): string | undefined {
  const input = scene(of)
  const move = nextMove(input)
  if (!move) return undefined
  if (move.kind === 'transfer') return `leads: ${move.to}`
  const { voters, learners } = move.members
  const isSame = [...voters].sort().join() === [...input.members.voters].sort().join()
  return isSame ? `learns: ${learners.join(' ')}` : `votes: ${[...voters].sort().join(' ')}`
}
const nodes = (names: string, facts: Partial<BackboneNode> = {}) =>
  ids(names).map((name) => nodeOf(name, facts))
const silent = (ms: number) => ({ upMs: 0, silentMs: ms })

describe('the size of a committee', () => {
  it.each([
    ['raft', [1, 3, 5, 7]],
    ['simplex', [1, 4, 7, 10, 13, 16, 19, 22, 25]],
  ] as const)('is legal for %s', (engine, sizes) => {
    expect(legalSizes(engine)).toEqual(sizes)
  })

  it.each([
    ['raft', 1, 0, 1],
    ['raft', 2, 0, 1],
    ['raft', 3, 0, 3],
    ['raft', 4, 0, 3],
    ['raft', 6, 0, 5],
    ['raft', 90, 0, 7],
    // Three with two left bear nothing either way: three hold more copies.
    ['raft', 2, 1, 3],
    // Five with three left bear nothing, and three of them bear one.
    ['raft', 3, 2, 3],
    ['raft', 4, 1, 5],
    ['simplex', 3, 0, 1],
    ['simplex', 4, 0, 4],
    ['simplex', 5, 2, 4],
    ['simplex', 99, 0, 25],
  ] as const)('of %s with %i heard and %i silent is %i', (engine, heard, lost, size) => {
    expect(bestSize(engine, heard, lost)).toBe(size)
  })

  it('bears what its engine says', () => {
    expect([1, 2, 3, 5, 7].map((size) => lossesBorne('raft', size))).toEqual([0, 0, 1, 2, 3])
    expect([1, 3, 4, 6, 7].map((size) => lossesBorne('simplex', size))).toEqual([0, 0, 1, 1, 2])
    expect(lossesBorne('raft', 5, 3)).toBe(0)
  })
})

describe('the committee', () => {
  it('grows from one to three in one change, once both have learned', () => {
    const three = nodes('a b c')
    expect(moveIn({ voters: 'a', nodes: three })).toBe('learns: b c')
    expect(moveIn({ voters: 'a', learners: 'b c', caughtUp: 'b', nodes: three })).toBeUndefined()
    expect(moveIn({ voters: 'a', learners: 'b c', caughtUp: 'b c', nodes: three })).toBe(
      'votes: a b c',
    )
    expect(moveIn({ voters: 'a b c', nodes: three })).toBeUndefined()
  })

  it('stays one with two nodes, and takes in nobody who has only just come', () => {
    expect(moveIn({ voters: 'a', nodes: nodes('a b') })).toBeUndefined()
    const fresh = nodeOf('c', { upMs: STEADY_MS - 1 })
    expect(moveIn({ voters: 'a', nodes: [...nodes('a b'), fresh] })).toBeUndefined()
  })

  it('has no Hypha, nobody who was removed, and nobody whom an admin took out', () => {
    for (const facts of [
      { role: 'hypha' },
      { removed: true },
      { chosen: 'never' },
      { role: 'hypha', chosen: 'always' },
    ] as const) {
      expect(moveIn({ voters: 'a', nodes: [...nodes('a b'), nodeOf('c', facts)] })).toBeUndefined()
      const inside = { voters: 'a b c', nodes: [...nodes('a b d'), nodeOf('c', facts)] }
      expect(moveIn(inside)).toBe('learns: d')
      expect(moveIn({ ...inside, learners: 'd', caughtUp: 'd' })).toBe('votes: a b d')
    }
  })

  it('replaces a silent voter after a grace, in one change, and not before', () => {
    const dead = (ms: number) => [...nodes('a b d'), nodeOf('c', silent(ms))]
    expect(moveIn({ voters: 'a b c', nodes: dead(GRACE_MS - 1) })).toBeUndefined()
    expect(moveIn({ voters: 'a b c', nodes: dead(GRACE_MS) })).toBe('learns: d')
    const learned = { voters: 'a b c', learners: 'd', caughtUp: 'd' }
    expect(moveIn({ ...learned, nodes: dead(GRACE_MS) })).toBe('votes: a b d')
  })

  it('keeps a silent voter that nobody can replace, unless fewer bear more', () => {
    const lost = (names: string) => nodes(names, silent(GRACE_MS))
    expect(moveIn({ voters: 'a b c', nodes: [...nodes('a b'), ...lost('c')] })).toBeUndefined()
    expect(moveIn({ voters: 'a b c d e', nodes: [...nodes('a b c'), ...lost('d e')] })).toBe(
      'votes: a b c',
    )
  })

  it('gives the seat of a dynamic one that was replaced to nobody else when it returns', () => {
    expect(moveIn({ voters: 'a b d', nodes: nodes('a b c d') })).toBeUndefined()
  })

  it('gives a dedicated one its seat back, from a dynamic one', () => {
    const back = [...nodes('a b d'), nodeOf('c', { chosen: 'always' })]
    expect(moveIn({ voters: 'a b d', nodes: back })).toBe('learns: c')
    const learned = { voters: 'a b d', learners: 'c', caughtUp: 'c', nodes: back }
    expect(moveIn(learned)).toBe('votes: a b c')
    const admins = [...nodes('a b d'), nodeOf('c', { role: 'sclerotia', isEntrusted: true })]
    expect(moveIn({ voters: 'a b d', nodes: admins })).toBe('learns: c')
  })

  it('keeps all that were chosen by hand, even or many', () => {
    const chosen = nodes('a b c d e f g h', { chosen: 'always' })
    expect(moveIn({ voters: 'a b c d', nodes: chosen.slice(0, 4) })).toBeUndefined()
    expect(moveIn({ voters: 'a b c d e f g h', nodes: chosen })).toBeUndefined()
    // A network fills up only to its own bound.
    expect(moveIn({ voters: 'a b c d e f g', nodes: chosen })).toBeUndefined()
  })

  it('is of two where somebody chose that, and takes in a third when there is one', () => {
    const two = [nodeOf('a'), nodeOf('b', { chosen: 'always' })]
    expect(moveIn({ voters: 'a', nodes: two })).toBe('learns: b')
    expect(moveIn({ voters: 'a', learners: 'b', caughtUp: 'b', nodes: two })).toBe('votes: a b')
    expect(moveIn({ voters: 'a b', nodes: two })).toBeUndefined()
    expect(moveIn({ voters: 'a b', nodes: [...two, nodeOf('c')] })).toBe('learns: c')
  })

  it('of two that nobody chose becomes one, and the leader is who stays', () => {
    expect(moveIn({ voters: 'a b', self: 'b', nodes: nodes('a b') })).toBe('votes: b')
  })

  it('prefers Sclerotia, then another site, then the longer up, then the larger', () => {
    const pick = (...candidates: BackboneNode[]) =>
      moveIn({ voters: 'a', nodes: [nodeOf('a'), ...candidates] })
    const far = nodeOf('y', { site: 'work' })
    const meant = nodeOf('z', { role: 'sclerotia' })
    expect(pick(nodeOf('b'), far, meant)).toBe('learns: z y')
    const old = nodeOf('x', { upMs: 9 * 3_600_000 })
    const large = nodeOf('w', { memoryBytes: 64e9 })
    expect(pick(nodeOf('b'), large, old)).toBe('learns: x w')
  })

  it('prefers owners that are trusted, before the role, the site and what is offered', () => {
    const trusted = nodeOf('z', { repute: 'trusted' })
    const meant = nodeOf('m', { role: 'sclerotia' })
    const far = nodeOf('y', { site: 'work' })
    const large = nodeOf('w', { memoryBytes: 64e9 })
    const pick = (...candidates: BackboneNode[]) =>
      moveIn({ voters: 'a', nodes: [nodeOf('a'), ...candidates] })
    expect(pick(large, meant, trusted)).toBe('learns: z m')
    expect(pick(large, far, trusted)).toBe('learns: z y')
  })

  it('takes nobody doubtful, unless somebody chose that one', () => {
    const low = { repute: 'doubtful' } as const
    expect(moveIn({ voters: 'a', nodes: [...nodes('a b'), nodeOf('c', low)] })).toBeUndefined()
    const dead = [...nodes('a b'), nodeOf('c', silent(GRACE_MS)), nodeOf('d', low)]
    expect(moveIn({ voters: 'a b c', nodes: dead })).toBeUndefined()
    const chosen = nodeOf('c', { ...low, chosen: 'always' })
    expect(moveIn({ voters: 'a', nodes: [...nodes('a b'), chosen] })).toBe('learns: c b')
    const admins = nodeOf('c', { ...low, role: 'sclerotia', isEntrusted: true })
    expect(moveIn({ voters: 'a', nodes: [...nodes('a b'), admins] })).toBe('learns: c b')
  })

  it('unseats nobody who has become doubtful, and nobody for one who is trusted', () => {
    const low = nodeOf('c', { repute: 'doubtful' })
    const trusted = nodeOf('d', { repute: 'trusted' })
    expect(moveIn({ voters: 'a b c', nodes: [...nodes('a b'), low, trusted] })).toBeUndefined()
    const learning = { voters: 'a', learners: 'b c', nodes: [...nodes('a b c'), trusted] }
    expect(moveIn(learning)).toBeUndefined()
  })

  it('seats no learner that has become doubtful while it learned', () => {
    const low = nodeOf('c', { repute: 'doubtful' })
    const learned = {
      voters: 'a',
      learners: 'b c',
      caughtUp: 'b c',
      nodes: [...nodes('a b d'), low],
    }
    expect(moveIn(learned)).toBe('learns: b d')
  })

  it('where it has to become smaller keeps those of better repute', () => {
    const lost = nodes('d e', silent(GRACE_MS))
    const low = nodeOf('b', { repute: 'doubtful', upMs: 99 * 3_600_000 })
    const heard = [nodeOf('a'), low, ...nodes('c f')]
    expect(moveIn({ voters: 'a b c f', nodes: heard })).toBe('votes: a c f')
    expect(moveIn({ voters: 'a b c d e', nodes: [nodeOf('a'), low, ...nodes('c'), ...lost] })).toBe(
      'votes: a b c',
    )
  })

  it('exchanges no learner for one that has become better, and drops one that stalls', () => {
    const better = nodeOf('d', { upMs: 99 * 3_600_000 })
    const learning = { voters: 'a', learners: 'b c', nodes: [...nodes('a b c'), better] }
    expect(moveIn(learning)).toBeUndefined()
    const stalled = [...nodes('a c'), nodeOf('b', { stalled: true }), better]
    expect(moveIn({ ...learning, nodes: stalled })).toBe('learns: c d')
  })

  it('lets a leader that is to go hand the lead over first', () => {
    const going = [nodeOf('a', { chosen: 'never' }), ...nodes('b c d')]
    const learned = { voters: 'a b c', learners: 'd', caughtUp: 'd', nodes: going }
    expect(moveIn(learned)).toBe('votes: a b c d')
    expect(moveIn({ voters: 'a b c d', nodes: going })).toBe('leads: b')
    expect(moveIn({ voters: 'a b c d', self: 'd', nodes: going })).toBe('votes: b c d')
  })

  it('makes no change that those who are heard would not be a quorum of', () => {
    const alone = [nodeOf('a'), ...nodes('b c', silent(5_000)), nodeOf('d', { chosen: 'never' })]
    expect(moveIn({ voters: 'a b c d', nodes: alone })).toBeUndefined()
  })

  it('of Simplex grows to four at once', () => {
    const four = { engine: 'simplex', voters: 'a', nodes: nodes('a b c d e') } as const
    expect(moveIn(four)).toBe('learns: b c d')
    expect(moveIn({ ...four, learners: 'b c d', caughtUp: 'b c d' })).toBe('votes: a b c d')
  })

  it('names who takes over from the last voter, if anybody can', () => {
    const names = (others: BackboneNode[]) =>
      successorOf(scene({ voters: 'a', nodes: [nodeOf('a'), ...others] }), id('a'))
    expect(names([nodeOf('b', { role: 'hypha' }), nodeOf('c')])).toBe('c')
    expect(names([nodeOf('b', { repute: 'doubtful' })])).toBeUndefined()
    expect(names([nodeOf('b'), nodeOf('c', { repute: 'trusted' })])).toBe('c')
    expect(names([nodeOf('b', silent(1_000)), nodeOf('c', { chosen: 'never' })])).toBeUndefined()
  })
})

describe('the site of a node', () => {
  it.each([
    [{ site: ' attic ' }, ['/ip4/9.9.9.9/tcp/1'], 'attic'],
    [{}, ['/ip4/127.0.0.1/tcp/1', '/ip4/192.168.1.7/tcp/1', '/ip4/9.8.7.6/udp/1'], '9.8.7'],
    [{}, ['/ip4/192.168.1.7/tcp/1'], '192.168.1'],
    [{}, ['/ip4/100.64.1.7/tcp/1', '/ip6/2001:db8:7:9::1/tcp/1'], '2001:db8:7'],
    [{}, ['/dns4/example.org/tcp/1'], ''],
    [{}, [], ''],
  ])('with %o and %o is “%s”', (labels, addresses, site) => {
    expect(siteOf(labels, addresses)).toBe(site)
  })
})
