import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { SecureContext } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import type { KeyedCertificate } from '../../network/authority/index.ts'
import { type Certificates, createCertificates } from './index.ts'
import { FILE_BYTES_MAX, FILES_CHECK_MS } from './limits.ts'
import { makeAuthority } from './testing/made-certificates.ts'

const DAY_MS = 86_400_000
const NOW_MS = 1_790_000_000_000
const authority = makeAuthority(['example.org', 'home.localhost'], NOW_MS)

let folder: string
let clock: SimClock
let wanted: string[]
let own: KeyedCertificate | undefined
let certificates: Certificates
const listeners = new Set<() => void>()
const file = (name: string): string => path.join(folder, name)
const shop = authority.certify(['shop.example.org', '*.apps.example.org'], NOW_MS)

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'mycelium-certificates-'))
  clock = createSimClock({ wallStartMs: NOW_MS })
  wanted = ['shop.example.org']
  own = authority.certify(['*.home.localhost'], NOW_MS)
  certificates = createCertificates({
    given: [{ certificate: file('shop.pem'), key: file('shop.key'), names: wanted }],
    own: {
      current: () => own,
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    ...{ clock, logger: createSilentLogger() },
  })
})
afterEach(async () => {
  await certificates.stop()
  rmSync(folder, { recursive: true })
})

function put({ chain, key }: { chain?: string; key?: string }): void {
  if (chain !== undefined) writeFileSync(file('shop.pem'), chain)
  if (key !== undefined) writeFileSync(file('shop.key'), key)
}

/** What is shown and said once the files were looked at again. */
async function looked(): Promise<{ context: SecureContext | undefined; codes: string[] }> {
  clock.advance(FILES_CHECK_MS)
  // Waits for a look under way.
  await certificates.stop()
  const codes = certificates.problems().map(({ code }) => code)
  const context = certificates.contextFor('shop.example.org')
  await certificates.start()
  return { context, codes }
}

describe('the network’s own certificate', () => {
  it('is shown for its names, as soon as it is there and again when it is renewed', async () => {
    const first = own
    own = undefined
    await certificates.start()
    expect(certificates.any()).toBe(false)
    let changes = 0
    certificates.subscribe(() => changes++)
    own = first
    for (const listener of listeners) listener()
    const before = certificates.contextFor('web.home.localhost')
    expect(before).toBeDefined()
    expect(certificates.any()).toBe(true)
    expect(certificates.contextFor('home.localhost')).toBeUndefined()
    own = authority.certify(['*.home.localhost'], NOW_MS)
    for (const listener of listeners) listener()
    expect(certificates.contextFor('web.home.localhost')).not.toBe(before)
    expect(changes).toBe(2)
  })

  it('is shown no longer than it is good for, and again once it is renewed', async () => {
    await certificates.start()
    expect(certificates.covers('web.home.localhost')).toBe(true)
    clock.jumpWall(30 * DAY_MS)
    expect(certificates.contextFor('web.home.localhost')).toBeUndefined()
    expect(certificates.covers('web.home.localhost')).toBe(false)
    expect(certificates.any()).toBe(false)
    own = authority.certify(['*.home.localhost'], NOW_MS + 30 * DAY_MS)
    for (const listener of listeners) listener()
    expect(certificates.covers('web.home.localhost')).toBe(true)
  })

  it('gives way to a given one that has the name', async () => {
    put(authority.certify(['web.home.localhost'], NOW_MS))
    await certificates.start()
    const given = certificates.contextFor('web.home.localhost')
    expect(given).toBeDefined()
    expect(certificates.contextFor('other.home.localhost')).not.toBe(given)
  })
})

describe('given files', () => {
  it('are read again when they change', async () => {
    put(shop)
    await certificates.start()
    const before = certificates.contextFor('shop.example.org')
    expect(before).toBeDefined()
    expect((await looked()).context).toBe(before)
    put(authority.certify(['shop.example.org'], NOW_MS))
    const after = await looked()
    expect(after.context).toBeDefined()
    expect(after.context).not.toBe(before)
    expect(certificates.contextFor('a.apps.example.org')).toBeUndefined()
  })

  const other = authority.certify(['shop.example.org'], NOW_MS)
  it.each<[string, { chain?: string; key?: string }, string]>([
    ['whose key is another’s', { key: other.key }, 'CERTIFICATE_KEY_MISMATCH'],
    ['that are no PEM', { chain: 'hello' }, 'CERTIFICATE_UNREADABLE'],
    ['whose key is no key', { key: shop.chain }, 'CERTIFICATE_UNREADABLE'],
    ['that are far too large', { chain: 'x'.repeat(FILE_BYTES_MAX + 1) }, 'CERTIFICATE_UNREADABLE'],
    [
      'that have ended',
      authority.certify(['shop.example.org'], NOW_MS - 30 * DAY_MS),
      'CERTIFICATE_EXPIRED',
    ],
    [
      'whose time is to come',
      authority.certify(['shop.example.org'], NOW_MS + 2 * DAY_MS),
      'CERTIFICATE_EXPIRED',
    ],
  ])('%s are named, and the one before stays', async (_what, wrong, code) => {
    put(shop)
    await certificates.start()
    const before = certificates.contextFor('shop.example.org')
    put(wrong)
    expect(await looked()).toEqual({ context: before, codes: [code] })
    put(shop)
    expect((await looked()).codes).toEqual([])
  })

  it('that are not good for what they should be are taken, and named', async () => {
    put(shop)
    wanted.push('*.apps.example.org', 'web.home.localhost', 'www.example.org', '*.example.org')
    await certificates.start()
    const [problem, ...others] = certificates.problems()
    expect(problem).toMatchObject({ code: 'CERTIFICATE_NAME_MISSING' })
    expect(problem?.message).toMatch(/not good for www\.example\.org, \*\.example\.org\.$/)
    expect(others).toEqual([])
    expect(certificates.contextFor('shop.example.org')).toBeDefined()
  })

  it('that are missing or no files are named', async () => {
    await certificates.start()
    const [problem] = certificates.problems()
    expect(problem).toMatchObject({ code: 'CERTIFICATE_UNREADABLE' })
    expect(problem?.message).toContain(file('shop.pem'))
    expect(certificates.contextFor('shop.example.org')).toBeUndefined()
  })

  it('whose time is to come are taken when it has', async () => {
    put(authority.certify(['shop.example.org'], NOW_MS + 2 * DAY_MS))
    await certificates.start()
    expect(certificates.contextFor('shop.example.org')).toBeUndefined()
    clock.jumpWall(2 * DAY_MS)
    expect((await looked()).codes).toEqual([])
    expect(certificates.contextFor('shop.example.org')).toBeDefined()
  })

  it('that nobody replaces are spoken of before they end, and shown to their end', async () => {
    put(shop)
    await certificates.start()
    clock.jumpWall(8 * DAY_MS)
    expect(await looked()).toMatchObject({ codes: ['CERTIFICATE_ENDING'] })
    clock.jumpWall(8 * DAY_MS)
    expect((await looked()).context).toBeDefined()
    // Nobody is sent to it from where there is no TLS.
    expect(certificates.covers('shop.example.org')).toBe(false)
  })

  it.runIf(process.getuid?.() !== 0)('that may not be read are named', async () => {
    put(shop)
    chmodSync(file('shop.key'), 0)
    await certificates.start()
    expect(certificates.problems()[0]?.code).toBe('CERTIFICATE_UNREADABLE')
  })
})
