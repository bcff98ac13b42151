/** What may be voted for as the next committee. */
import { describe, expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { type Committee, createCommittee, type Epoch } from '../consensus/simplex/index.ts'
import { leadsToSeats, standingIn } from './seats.ts'

/** As `simplex/limits.ts` has it. */
const EPOCHS_PER_MANDATE = 65_536

const node = (name: string) => name.repeat(64) as NodeId
const NAMES = ['a', 'b', 'c', 'd', 'e']

/** The registry's word: letters that vote, and how far each is trusted. */
function seatsOf(voters: string, trusts: Record<string, number> = {}) {
  const seat = (of: NodeId) => ({
    seat: voters.includes(of[0]!) ? ('voter' as const) : ('none' as const),
    trust: trusts[of[0]!] ?? 1,
  })
  return { seat, seats: () => NAMES.map((name) => [node(name), seat(node(name))] as const) }
}

type Seats = ReturnType<typeof seatsOf>

function committee(epoch: number, seats: Seats, voters: string, learners = ''): Committee {
  const members = { voters: [...voters].map(node), learners: [...learners].map(node) }
  return createCommittee(epoch as Epoch, members, (of) => standingIn(seats as never, of))!
}

const leads = (seats: Seats, current: Committee, next: Committee) =>
  leadsToSeats(seats as never, current, next)

describe('the next committee', () => {
  const seats = seatsOf('abcd')
  const current = committee(4, seats, 'abc', 'd')

  it('leads to the seats as they are given', () => {
    expect(leads(seats, current, committee(5, seats, 'abcd'))).toBe(true)
    expect(leads(seats, current, committee(5, seats, 'ab', 'd'))).toBe(false)
  })

  it('differs from the present one: a liar could end epochs for nothing', () => {
    expect(leads(seats, current, committee(5, seats, 'abc', 'd'))).toBe(false)
  })

  it('is not of another mandate', () => {
    const last = committee(EPOCHS_PER_MANDATE - 1, seats, 'abc', 'd')
    expect(leads(seats, last, committee(EPOCHS_PER_MANDATE, seats, 'abcd'))).toBe(false)
  })

  it('may differ by nothing but whom it trusts', () => {
    const now = seatsOf('abcd', { b: 3 })
    expect(leads(now, current, committee(5, now, 'abc', 'd'))).toBe(true)
  })
})
