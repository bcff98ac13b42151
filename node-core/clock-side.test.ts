import { expect, it } from 'vitest'
import type { NodeId } from './base/net/index.ts'
import { wrongClock } from './clock-side.ts'

const [SELF, CLEO] = ['a'.repeat(64), 'c'.repeat(64)] as [NodeId, NodeId]
const HOUR_MS = 3_600_000

function said(verdict: { off?: [NodeId, number][]; apart?: [NodeId, number][] }) {
  const [reason, ...more] = wrongClock({
    mesh: { self: SELF },
    membership: { get: (id) => (id === CLEO ? { profile: { name: 'cleo' } } : undefined) },
    clocks: { verdict: () => ({ off: new Map(verdict.off), apart: new Map(verdict.apart) }) },
  })
  expect(more).toEqual([])
  return reason && [reason.code, reason.message.split('.')[0]]
}

it('says of this computer’s clock that it is off, and of another’s nothing', () => {
  expect(said({ off: [[SELF, HOUR_MS]] })).toEqual([
    'CLOCK_OFF',
    'The clock of this computer is 60 minutes ahead of what most others show',
  ])
  expect(said({ off: [[SELF, -50 * HOUR_MS]] })?.[1]).toContain('is 2 days behind what')
  expect(said({ off: [[CLEO, HOUR_MS]] })).toBeUndefined()
  expect(said({})).toBeUndefined()
})

it('says of two that differ that either may be wrong', () => {
  expect(said({ apart: [[CLEO, 5 * HOUR_MS]] })).toEqual([
    'CLOCKS_DIFFER',
    'The clock of cleo is 5 hours ahead of that of this computer, and nobody can say which of the two is wrong',
  ])
})
