import { expect, it } from 'vitest'
import { called, calledInShort, marksOf, typedName } from './namesakes.ts'

const ada = { id: 'did:key:z6MkAdaAdaAdaAdaAda1', name: 'Ada' }
const ben = { id: 'did:key:z6MkBenBenBenBenBen2', name: 'Ben' }
const other = { id: 'did:key:z6MkXenXenXenXenXen3', name: 'ben ' }

it('puts a short id behind a name that another one has too, and behind no other', () => {
  const marks = marksOf([ada, ben, other])
  expect(called(ada, marks)).toBe('Ada')
  expect(called(ben, marks)).toBe('Ben (z6MkBenB…Ben2)')
  expect(called(other, marks)).toBe('ben (z6MkXenX…Xen3)')
})

it('says in short how the id begins', () => {
  const marks = marksOf([ada, ben, other])
  expect(calledInShort(ada, marks)).toBe('Ada')
  expect(calledInShort(other, marks)).toBe('ben (z6MkXenX)')
})

it('marks nobody for being told of twice', () => {
  expect(marksOf([ada, ben, ada]).size).toBe(0)
})

it('asks to type what is true of one alone', () => {
  const marks = marksOf([ada, ben, other])
  expect(typedName(ada, marks)).toBe('Ada')
  expect(typedName(ben, marks)).toBe('Ben Ben2')
})
