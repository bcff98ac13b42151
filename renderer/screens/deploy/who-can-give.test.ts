import { expect, test } from 'vitest'
import { whoCanGive } from './who-can-give.ts'

const member = (name: string, change: Partial<Parameters<typeof whoCanGive>[0][number]> = {}) => {
  return { name, state: 'member' as const, founder: false, permissions: [], ...change }
}

test('founders and admins who are there can give it, of whom few are named', () => {
  const admin = { permissions: ['admin' as const] }
  const members = [
    member('ada', { founder: true }),
    member('ben'),
    member('cleo', admin),
    member('dan', { ...admin, state: 'removed' }),
    member('eve', admin),
    member('fay', admin),
  ]
  expect(whoCanGive(members)).toEqual(['ada', 'cleo', 'eve'])
})
