import { expect, it } from 'vitest'
import { addressOf } from './address.ts'

it.each([
  ['web', 'http://127.0.0.1:8080', 'http://web.localhost:8080'],
  ['web', 'http://127.0.0.1', 'http://web.localhost'],
  ['web', undefined, 'http://web.localhost'],
  ['A very LONG näme', 'http://127.0.0.1:8080', undefined],
  ['-web', 'http://127.0.0.1:8080', undefined],
  ['', 'http://127.0.0.1:8080', undefined],
])('the address of %j at %s is %s', (name, edge, address) => {
  expect(addressOf(name, edge)).toBe(address)
})
