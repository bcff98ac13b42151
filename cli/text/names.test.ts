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

it('takes names for one that read alike, and one computer that stands there twice for itself', () => {
  const [ann, ben, other] = [
    { id: 'a'.repeat(64), name: 'ann' },
    { id: 'b'.repeat(64), name: 'ben' },
    { id: 'c'.repeat(64), name: 'Ben ' },
  ]
  const named = namingAmong([ann, ann, ben, other])
  expect([ann, ben, other].map(named)).toEqual(['ann', 'ben (bbbbbbbb)', 'Ben (cccccccc)'])
})
