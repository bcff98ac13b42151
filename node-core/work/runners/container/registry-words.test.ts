import { expect, test } from 'vitest'
import { registryRefusal } from './registry-words.ts'

test.each([
  [
    'Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io on 10.0.0.1:53: no such host',
    'the address of the registry was not found: this computer has no Internet, or the name is wrong.',
  ],
  ['dial tcp 10.0.0.1:443: connect: connection refused', 'the registry does not answer.'],
  ['net/http: request canceled (Client.Timeout exceeded)', 'the registry does not answer.'],
  ['manifest for debian:9999 not found: manifest unknown', 'the registry has no such image.'],
  [
    "pull access denied for nope, repository does not exist or may require 'docker login'",
    'the registry has none of this name that it gives to everybody.',
  ],
  ['toomanyrequests: You have reached your pull rate limit', 'the registry takes no more requests'],
  ['something new', 'the registry did not give it.'],
])('of %s people are told it plainly first', (said, plain) => {
  const told = registryRefusal(said)
  expect(told.startsWith(plain)).toBe(true)
  expect(told).toMatch(/The engine said: “.+”$/)
  expect(told).toContain(said)
})
