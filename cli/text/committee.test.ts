import { describe, expect, it } from 'vitest'
import type { Outputs } from '../node-client.ts'
import {
  adviceOf,
  committeeLine,
  committeeRows,
  roleText,
  voteText,
  votingText,
} from './committee.ts'

type Status = Outputs['node']['status']
const primary: NonNullable<Status['primary']> = {
  ...{ role: 'voter', inForce: true, voters: ['a', 'b', 'c'], learners: [], mayFail: 1 },
  ...{ leader: 'b', leaderName: 'ben', term: 4, height: 17 },
}
function status(change: Partial<typeof primary> = {}, consensus: 'raft' | 'simplex' = 'raft') {
  return {
    degraded: [],
    discoveryTier: 'primary',
    network: { id: 'n', name: 'Garden', consensus, createdAt: '' },
    primary: { ...primary, ...change },
  } as unknown as Status
}
const rows = (of: Status) => Object.fromEntries(committeeRows(of))

describe('the committee in words', () => {
  it('says who votes, who leads, and how far this node has come', () => {
    expect(rows(status())).toEqual({
      Primary: 'in force: 3 nodes vote, 1 may fail',
      'Led by': 'ben (term 4)',
      'This node': 'votes, at height 17',
    })
    const away = 'in force: 3 nodes vote (1 of them not in reach), '
    expect(rows(status({ silent: 1, mayFail: 0 })).Primary).toBe(`${away}no more may fail`)
    expect(rows(status({ silent: 1, mayFail: 1 })).Primary).toBe(`${away}1 more may fail`)
    expect(rows(status({ mayFail: 0 })).Primary).toBe('in force: 3 nodes vote, none may fail')
    expect(rows(status({ era: 1 }))['Led by']).toBe('ben (term 4, era 1)')
    const named = ({ id, name }: { id: string; name: string }) => `${name} (${id})`
    expect(Object.fromEntries(committeeRows(status(), named))['Led by']).toBe('ben (b) (term 4)')
    expect(committeeLine(status({ role: 'none', learners: ['d'] }, 'simplex'))).toBe(
      'Found by primary. Primary in force: 3 nodes vote, 1 more learning, 1 may fail; led by ben (committee 4); height 17.',
    )
  })

  it('says which turn of Simplex it is, also while writes wait', () => {
    const led = (part: Partial<typeof primary>) =>
      rows(status({ view: 1204, ...part }, 'simplex'))['Led by']
    expect(led({})).toBe('ben (committee 4, view 1204)')
    expect(led({ era: 1 })).toBe('ben (committee 4, era 1, view 1204)')
    const { leader: _, leaderName: __, ...leaderless } = { ...primary, view: 1204 }
    const of = status({}, 'simplex')
    expect(rows({ ...of, primary: { ...leaderless, inForce: false } })['Led by']).toBe(
      'nobody now (committee 4, view 1204)',
    )
  })

  it('says that the leader alone answers reads, where that was chosen', () => {
    const of = status()
    expect(rows(of)).not.toHaveProperty('Reads')
    const network = { ...of.network, leaseReads: true } as Status['network']
    expect(rows({ ...of, network })).toMatchObject({
      Reads: 'by the leader alone, while its lease lasts',
    })
  })

  it('says that the lead goes round where this node does not see whose turn it is', () => {
    const { leader: _, leaderName: __, ...leaderless } = primary
    const of = (inForce: boolean, consensus: 'raft' | 'simplex') =>
      rows({ ...status({}, consensus), primary: { ...leaderless, inForce } })['Led by']
    expect(of(true, 'simplex')).toBe('those that vote, in turn (committee 4)')
    expect([of(false, 'simplex'), of(true, 'raft')]).toEqual(['nobody now', 'nobody now'])
  })

  it('says after a change by hand that the network goes on to a size of its own', () => {
    const of = (votes: number, more: Partial<typeof primary> = {}) =>
      votingText({ ...primary, ...more, voters: Array.from({ length: votes }, String) })
    expect([of(1), of(3)]).toEqual(['1 node votes.', '3 nodes vote.'])
    expect(of(2)).toBe(
      '2 nodes vote. Unless all were promoted by hand, the network goes on to 1, 3, 5 or 7.',
    )
    expect(of(4, { guarantee: 'byzantine' })).toBe('4 nodes vote.')
    expect(of(3, { guarantee: 'honest-only' })).toBe(
      '3 nodes vote. Unless all were promoted by hand, the network goes on to 1, 4, 7 or more. ' +
        'Below 4 all of them have to be honest.',
    )
  })

  it('says what keeps this computer itself from writing before whom it does not reach', () => {
    const of = (code: string) => ({
      ...status({ inForce: false, voters: ['a'] }),
      degraded: [{ code, message: '' }],
    })
    expect(rows(of('REPLICA_FAILED')).Primary).toBe(
      'writes wait: this computer’s copy takes no writes (1 node votes)',
    )
    expect(rows(of('MEMBER_REMOVED')).Primary).toMatch(/^writes wait: its owner was removed/)
    const { degraded } = of('ERA_UNKNOWN')
    expect(rows({ ...status({ inForce: false, voters: [] }), degraded }).Primary).toBe(
      'writes wait: this computer has lost what began the present era (who votes is not known)',
    )
    expect(rows(of('NO_QUORUM')).Primary).toMatch(/^writes wait: no majority is in reach/)
  })

  it('says what holds if some lie, and when nothing is promised any more', () => {
    const promise = (guarantee: 'byzantine' | 'honest-only' | 'void') =>
      rows(status({ guarantee, mayLie: guarantee === 'byzantine' ? 2 : 0 }, 'simplex'))[
        'If some lie'
      ]
    expect(rows(status())).not.toHaveProperty('If some lie')
    expect(promise('byzantine')).toBe('all agree while no more than 2 of those that vote lie')
    const four = status({ guarantee: 'byzantine', mayLie: 1 }, 'simplex')
    expect(rows(four)['If some lie']).toBe(
      'all agree while no more than one of those that vote lies',
    )
    expect(promise('honest-only')).toMatch(/^nothing is promised: it takes four/)
    expect(promise('void')).toMatch(/no longer promised/)
  })

  it('names whom this node follows, and by its id whoever has no name yet', () => {
    const follows = 'ab12cd34ef56'
    const here = (part: object) => rows(status({ role: 'none', ...part }))['This node']
    expect(here({ follows, followsName: 'ben' })).toBe('no vote, at height 17, follows ben')
    expect(here({ follows })).toBe('no vote, at height 17, follows ab12cd34')
    expect(here({})).toBe('no vote, at height 17, finds nobody to follow')
  })

  it('says in plain words that writes wait', () => {
    const lost = { ...primary, inForce: false }
    const { leader: _, leaderName: __, ...leaderless } = lost
    const of = { ...status(), primary: leaderless } as unknown as Status
    expect(rows(of)).toMatchObject({
      Primary: 'writes wait: no majority is in reach (3 nodes vote)',
      'Led by': 'nobody now',
    })
    const three = status({ inForce: false, voters: ['a', 'b', 'c', 'd', 'e'] }, 'simplex')
    expect(rows(three).Primary).toBe('writes wait: too few are in reach (5 nodes vote)')
  })

  it('says nothing where no committee is known', () => {
    const none = { ...status(), primary: undefined } as unknown as Status
    expect([committeeRows(none), committeeLine(none), adviceOf(none)]).toEqual([[], undefined, []])
  })

  it('advises what would make it safer', () => {
    expect(adviceOf(status())).toEqual([])
    expect(adviceOf(status({ advice: 'moreComputers' }))[0]).toMatch(/With three computers/)
    expect(adviceOf(status({ advice: 'moreComputers' }, 'simplex'))[0]).toMatch(/With four/)
    expect(adviceOf(status({ advice: 'even' }))[0]).toMatch(/even number/)
  })

  it('calls a node that votes Sclerotia, whether it keeps its vote, and any other by its role', () => {
    const role = 'rhizomorph'
    const texts = (['dedicated', 'dynamic'] as const).map((backbone) =>
      roleText({ role, backbone }),
    )
    expect(texts).toEqual(['sclerotia (dedicated)', 'sclerotia (dynamic)'])
    expect(roleText({ role })).toBe('rhizomorph')
  })

  it('says of each node whether it votes, how far behind it is, and who decided', () => {
    type Node = Parameters<typeof voteText>[0]
    const texts = [
      {},
      { committee: { role: 'leader' } },
      { committee: { role: 'voter', lag: 3 }, vote: 'always' },
      { vote: 'never' },
      { copy: { height: 3, behind: 0 }, trust: 40 },
    ].map((of) => voteText(of as unknown as Node))
    expect(texts).toEqual([
      '',
      'leader',
      'voter, 3 behind (chosen)',
      'never (chosen)',
      'follows, was caught lying (trust 40 of 100)',
    ])
  })
})
