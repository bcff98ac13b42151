import { expect, it } from 'vitest'
import { namingAmong } from './names.ts'

it('puts the beginning of its id behind a name that occurs twice, and behind no other', () => {
  const [ann, ben, other] = [
    { id: 'a'.repeat(64), name: 'ann' },
    { id: 'b'.repeat(64), name: 'ben' },
    { id: 'c'.repeat(64), name: 'ben' },
  ]
  const named = namingAmong([ann, ben, other])
  expect([ann, ben, other].map(named)).toEqual(['ann', 'ben (bbbbbbbb)', 'ben (cccccccc)'])
})
