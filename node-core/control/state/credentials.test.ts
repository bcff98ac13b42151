import { expect, it } from 'vitest'
import { createCredentialShelf } from './credentials.ts'
import { hashOf } from './record.ts'
import { FOUNDER, ownerNamed, toyCredential, verifyToyCredential } from './state.fixture.ts'

const one = toyCredential('one', FOUNDER)

it('keeps a credential while a record uses it', () => {
  const shelf = createCredentialShelf(verifyToyCredential)
  const release = shelf.hold()
  const hash = shelf.add(one)!
  shelf.use(hash)
  shelf.use(hash)
  release()
  shelf.release(hash)
  shelf.hold()()
  expect(shelf.get(hash)?.bytes).toEqual(one)
  shelf.release(hash)
  shelf.hold()()
  expect(shelf.get(hash)).toBeUndefined()
})

it('keeps what is on its way, whoever else is done', () => {
  const shelf = createCredentialShelf(verifyToyCredential)
  const release = shelf.hold()
  const hash = shelf.add(one)!
  shelf.hold()()
  expect(shelf.get(hash)).toBeDefined()
  release()
  expect(shelf.hashes()).toEqual([])
})

it('remembers who stands above its owner, and refuses what does not hold', () => {
  const shelf = createCredentialShelf(verifyToyCredential)
  shelf.hold()
  const [anna, bert] = ['anna', 'bert'].map((owner) => ({ ...FOUNDER, owner }))
  const late = toyCredential('late', {
    ...{ owner: 'late', permissions: ['use'] },
    issuers: [anna!, bert!],
  })
  const hash = shelf.add(late)!
  expect(hash).toBe(hashOf(late))
  const held = FOUNDER.permissions
  expect(shelf.get(hash)?.member.issuers).toEqual([
    { owner: ownerNamed('anna'), held, passedOn: ['use'] },
    { owner: ownerNamed('bert'), held, passedOn: held },
  ])
  expect(shelf.add(new Uint8Array([0xa0]))).toBeUndefined()
  expect(shelf.add(new Uint8Array(20_000))).toBeUndefined()
})
