import { expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import { foundNetwork, generateKey, nodeIdOf } from '../../identity/index.ts'
import { toEra } from '../succession/index.ts'
import { createFirstCommittee, firstCommitteeOf, foundingCommittee } from './engine.ts'
import type { Ending } from './era-book.ts'

it('works the first committee out once in an era: it is asked for at every look at the status', () => {
  const random = createSeededRandom(1)
  const [owner, one, two] = [generateKey(random), generateKey(random), generateKey(random)]
  const network = foundNetwork(
    owner,
    {
      ...{ name: 'Garden', consensus: 'simplex', createdAt: '2026-01-01T00:00:00.000Z' },
      voters: [nodeIdOf(one.publicKey)],
    },
    random,
  )
  const statement = { era: toEra(1), voters: [two.publicKey] }
  const ending = { statement, hash: random.bytes(32) } as unknown as Ending
  let now: Ending | undefined
  const first = createFirstCommittee(network, () => now)

  const founding = first()
  expect(founding).toEqual(foundingCommittee(network))
  expect(founding?.voters.map(({ node }) => node)).toEqual(network.genesis.voters)
  expect(first()).toBe(founding)

  now = ending
  const next = first()
  expect(next).toEqual(firstCommitteeOf(ending))
  expect(next).not.toEqual(founding)
  expect(first()).toBe(next)
})
