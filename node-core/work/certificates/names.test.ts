import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseFor, isHostName, namesIn } from './names.ts'

const label = fc.constantFrom('a', 'b', 'shop', 'x-1')
const hostName = fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.'))
const certified = fc.oneof(
  hostName,
  hostName.map((name) => `*.${name}`),
)
const candidates = fc.array(
  fc.array(certified, { maxLength: 4 }).map((names) => ({ names })),
  {
    maxLength: 4,
  },
)

/** Node's own check of a server's certificate (RFC 9525). */
function accepts(name: string, names: readonly string[]): boolean {
  const subjectaltname = names.map((one) => `DNS:${one}`).join(', ')
  const certificate = { subject: {}, subjectaltname } as unknown as PeerCertificate
  return names.length > 0 && checkServerIdentity(name, certificate) === undefined
}

describe('the choice by SNI', () => {
  it('takes one that clients accept for the name, if there is any', () => {
    fc.assert(
      fc.property(hostName, candidates, (name, given) => {
        const chosen = chooseFor(name.toUpperCase(), given)
        if (chosen) expect(accepts(name, chosen.names)).toBe(true)
        else expect(given.some(({ names }) => accepts(name, names))).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  it('takes one with the very name before a wildcard, else the first', () => {
    fc.assert(
      fc.property(hostName, candidates, (name, given) => {
        const chosen = chooseFor(name, given)
        const exact = given.find(({ names }) => names.includes(name))
        expect(chosen).toBe(exact ?? given.find(({ names }) => accepts(name, names)))
      }),
      { numRuns: 2_000 },
    )
  })

  it('gives nothing for what is no host name, whatever it is', () => {
    const given = [{ names: ['*.example.org', 'example.org'] }]
    for (const name of [
      '',
      '.',
      '*.example.org',
      'a..example.org',
      '.example.org',
      '-a.example.org',
    ])
      expect(chooseFor(name, given)).toBeUndefined()
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        if (!isHostName(name.toLowerCase())) expect(chooseFor(name, given)).toBeUndefined()
      }),
    )
    expect(chooseFor(`${'a'.repeat(64)}.example.org`, given)).toBeUndefined()
  })
})

describe('names of a certificate', () => {
  it('are its host names alone', () => {
    const text =
      'DNS:Shop.Example.org, IP Address:10.0.0.1, DNS:*.apps.example.org, email:a@example.org, ' +
      'DNS:"a\\u0000.example.org", DNS:*.*.example.org, DNS:a*.example.org'
    expect(namesIn(text)).toEqual(['shop.example.org', '*.apps.example.org'])
    expect(namesIn(undefined)).toEqual([])
  })
})
