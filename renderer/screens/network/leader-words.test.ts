import { expect, it } from 'vitest'
import type { Status } from '../../../node-core/api/contract/index.ts'
import { english } from '../../i18n/english.ts'
import type { Text } from '../../i18n/index.ts'
import { primaryOf } from '../../testing/scenarios/status.ts'
import { leaderOf } from './leader-words.ts'

const keys = ((key: string) => key) as Text
const of = (part: Parameters<typeof primaryOf>[0], consensus: 'raft' | 'simplex') =>
  leaderOf({ network: { consensus } as NonNullable<Status['network']> }, primaryOf(part), keys)

it('names who leads, and says of Simplex that the lead goes round where nobody is seen to have it', () => {
  expect([of({}, 'raft'), of({}, 'simplex')]).toEqual([
    'registry.leaderTerm',
    'registry.leaderCommittee',
  ])
  const { leader: _, ...leaderless } = primaryOf()
  const without = (inForce: boolean, consensus: 'raft' | 'simplex') =>
    leaderOf(
      { network: { consensus } as NonNullable<Status['network']> },
      { ...leaderless, inForce },
      keys,
    )
  expect(without(true, 'simplex')).toBe('registry.leaderInTurn')
  expect([without(true, 'raft'), without(false, 'simplex')]).toEqual([
    'registry.nobody',
    'registry.nobody',
  ])
  expect(english.registry.leaderInTurn).toContain('{{term}}')
})
