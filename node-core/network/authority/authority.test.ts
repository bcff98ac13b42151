import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { createSimDisk, type SimDisk } from '../../base/disk/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { createSimNetwork, type NodeId, type SimNetwork } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { foundNetwork, generateKey, type KeyPair, nodeIdOf } from '../../identity/index.ts'
import { authorityKey } from './authority-key.ts'
import { checkHeld, pemOf } from './held.ts'
import { type Authority, createAuthority } from './index.ts'
import { CERTIFIED_PER_HOUR_MAX, NODE_CERTIFICATE_MS } from './limits.ts'
import { CERTIFY_PROTOCOL, certifyMessages } from './messages.ts'
import { writeAuthority, writeServerCertificate } from './x509.ts'
import { labelOf, zonesOf } from './zone.ts'

const random = createSeededRandom(3)
const founder = generateKey(random)
const stranger = generateKey(random)
const FOUNDER = nodeIdOf(founder.publicKey)
const OTHER = nodeIdOf(stranger.publicKey)
const HALF_MS = NODE_CERTIFICATE_MS / 2

let clock: SimClock
let net: SimNetwork
let entitled: boolean
let authorities: Authority[]
const network = foundNetwork(
  founder,
  { name: 'Ada’s home', consensus: 'raft', createdAt: '2026-11-26T06:00:00.000Z' },
  random,
)

beforeEach(() => {
  clock = createSimClock({ wallStartMs: Date.parse('2026-11-26T07:00:00.000Z') })
  net = createSimNetwork({ clock, random: createSeededRandom(4) })
  entitled = true
  authorities = []
})
afterEach(() => Promise.all(authorities.map((one) => one.stop())))

async function open(
  node: NodeId,
  ownerKey: KeyPair,
  { disk = createSimDisk(), wanted = true }: { disk?: SimDisk; wanted?: boolean } = {},
): Promise<Authority> {
  const mesh = net.node(node)
  const authority = createAuthority(
    {
      ...{ network, ownerKey, mesh, disk, clock, random, logger: createSilentLogger() },
      founderNodes: () => mesh.peers().filter((peer) => peer === FOUNDER),
      mayUse: () => entitled,
    },
    { wanted },
  )
  authorities.push(authority)
  await authority.start()
  return authority
}

/** Lets messages pass; the work on each takes turns of the real loop. */
async function pass(ms = 200): Promise<void> {
  for (let at = 0; at < ms; at += 5) {
    clock.advance(5)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !holds(); i++) await pass()
  expect(holds()).toBe(true)
}

const leafOf = (authority: Authority) => new X509Certificate(authority.current()?.chain ?? '')

describe('the authority', () => {
  it('is good for names of its network alone, by a key that comes of the founder’s', async () => {
    const here = await open(FOUNDER, founder)
    const again = createAuthority({ ...depsOf(founder), disk: createSimDisk() })
    const [one, two] = [await here.certificate(), await again.certificate()]
    const [first, second] = [new X509Certificate(one), new X509Certificate(two)]
    expect(first.subject).toMatch(/^CN=Mycelium ada-s-home [0-9a-f]{8} [0-9a-f]{8}$/)
    expect(first.publicKey.equals(second.publicKey)).toBe(true)
    expect([first.serialNumber, first.validFrom]).toEqual([second.serialNumber, second.validFrom])
    expect(first.ca).toBe(true)
  })

  it('has another key in another network, and of another founder', () => {
    const publicKey = (key: KeyPair, id = network.id) =>
      authorityKey(key, id).export({ format: 'jwk' }).x
    const all = [
      publicKey(founder),
      publicKey(stranger),
      publicKey(founder, 'ab'.repeat(32) as typeof network.id),
    ]
    expect(new Set(all).size).toBe(3)
  })

  it('has the same key for ever', () => {
    const seed = new Uint8Array(32).fill(7)
    const key = authorityKey({ seed }, 'ab'.repeat(32) as typeof network.id)
    // Whoever trusted the certificate of yesterday trusts that of today by this.
    expect(key.export({ format: 'jwk' })).toMatchObject({
      x: 'pacCW3E6QG9stMKR21dadfoRMgVo4hWZjhnO6Mx69bQ',
    })
  })
})

function depsOf(ownerKey: KeyPair) {
  const mesh = net.node(OTHER)
  const founderNodes = () => mesh.peers().filter((peer) => peer === FOUNDER)
  const shared = { network, ownerKey, mesh, clock, random, logger: createSilentLogger() }
  return { ...shared, founderNodes, mayUse: () => entitled }
}

describe('a node', () => {
  it('is certified for its network’s names for 14 days, here and from afar', async () => {
    const here = await open(FOUNDER, founder)
    const there = await open(OTHER, stranger)
    await until(() => there.current() !== undefined)
    const authority = new X509Certificate(await there.certificate())
    expect(
      authority.publicKey.equals(new X509Certificate(await here.certificate()).publicKey),
    ).toBe(true)
    for (const one of [here, there]) {
      const leaf = leafOf(one)
      expect(leaf.subjectAltName).toBe('DNS:*.ada-s-home.localhost, DNS:*.ada-s-home.internal')
      expect(leaf.verify(authority.publicKey)).toBe(true)
      expect(leaf.validToDate.getTime() - clock.wallMs()).toBeLessThanOrEqual(NODE_CERTIFICATE_MS)
      expect(one.problem()).toBeUndefined()
    }
    expect(leafOf(here).publicKey.equals(leafOf(there).publicKey)).toBe(false)
  })

  it('keeps it over a restart, for its own eyes', async () => {
    await open(FOUNDER, founder)
    const disk = createSimDisk()
    const first = await open(OTHER, stranger, { disk })
    await until(() => first.current() !== undefined)
    await first.stop()
    net.cut(OTHER, FOUNDER)
    const second = await open(OTHER, stranger, { disk })
    expect(second.current()).toEqual(first.current())
  })

  it('asks again after half of its time, with a new key', async () => {
    await open(FOUNDER, founder)
    const there = await open(OTHER, stranger)
    await until(() => there.current() !== undefined)
    const first = there.current()
    let changes = 0
    there.subscribe(() => changes++)
    clock.jumpWall(HALF_MS - 3_600_000)
    await pass(1_000)
    expect(there.current()).toEqual(first)
    clock.jumpWall(3_600_000)
    clock.advance(600_000)
    await until(() => there.current()?.chain !== first?.chain)
    expect(there.current()?.key).not.toBe(first?.key)
    expect(changes).toBe(1)
  })

  it('goes on with what it has while the founder is away, and says so before it ends', async () => {
    await open(FOUNDER, founder)
    const there = await open(OTHER, stranger)
    await until(() => there.current() !== undefined)
    net.cut(OTHER, FOUNDER)
    net.cut(FOUNDER, OTHER)
    await pass(6_000)
    clock.jumpWall(HALF_MS)
    clock.advance(600_000)
    await pass(1_000)
    expect(there.problem()).toBeUndefined()
    clock.jumpWall(HALF_MS / 2)
    await pass()
    expect(there.problem()).toMatchObject({ code: 'TLS_CERTIFICATE_ENDING' })
    expect(there.current()).toBeDefined()
    clock.jumpWall(HALF_MS / 2)
    expect(there.current()).toBeUndefined()
    expect(there.problem()).toMatchObject({ code: 'TLS_NO_CERTIFICATE' })
    net.mendAll()
    await until(() => there.current() !== undefined)
    expect(there.problem()).toBeUndefined()
  })

  it('whose owner may not use the network gets none, and says why', async () => {
    entitled = false
    await open(FOUNDER, founder)
    const there = await open(OTHER, stranger)
    await until(() => there.problem()?.message.includes('FORBIDDEN') === true)
    expect(there.current()).toBeUndefined()
    // The authority is nobody's secret.
    const asked = there.certificate()
    await pass()
    expect(new X509Certificate(await asked).ca).toBe(true)
    entitled = true
    clock.advance(30_000)
    await until(() => there.current() !== undefined)
  })

  it('that wants none has none, and certifies others all the same', async () => {
    const here = await open(FOUNDER, founder, { wanted: false })
    const there = await open(OTHER, stranger)
    await until(() => there.current() !== undefined)
    expect([here.current(), here.problem()]).toEqual([undefined, undefined])
  })

  it('takes no certificate that is not its own, of this authority, for its names', async () => {
    const liar = net.node(FOUNDER)
    const other = createAuthority({ ...depsOf(founder), disk: createSimDisk() }, { wanted: true })
    authorities.push(other)
    await other.start()
    // Of another key, whole in every other way.
    const certificate = leafOf(other).raw
    const authority = new X509Certificate(await other.certificate()).raw
    for (const answer of [
      { answer: 'given', authority, certificate },
      { answer: 'given', authority: certificate, certificate },
      { answer: 'given', authority },
      { answer: 'given', authority: Uint8Array.of(1), certificate: Uint8Array.of(2) },
    ] as const) {
      const off = liar.onRequest(CERTIFY_PROTOCOL, () => certifyMessages.encodeAnswer(answer))
      const there = await open(OTHER, stranger)
      await until(() => /does not hold|no certificate/.test(there.problem()?.message ?? ''))
      expect(there.current()).toBeUndefined()
      await there.stop()
      off()
    }
  })
})

describe('a certificate', () => {
  const nowMs = Date.parse('2026-11-26T07:00:00.000Z')
  const DAY_MS = 86_400_000
  const hosts = ['*.home.localhost']
  const pair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const issuer = { name: 'One', key: pair().privateKey }
  const node = pair()
  const around = { notBeforeMs: nowMs - DAY_MS, notAfterMs: nowMs + DAY_MS }
  const serial = Buffer.alloc(16, 1)
  const authorityOf = (of: typeof issuer) =>
    writeAuthority(of, { zones: ['home.localhost'], serial, lifetime: around })
  const leafOf = (of: Partial<Parameters<typeof writeServerCertificate>[1]> = {}, by = issuer) =>
    writeServerCertificate(by, {
      ...{ name: 'A node', publicKey: node.publicKey, hosts, serial, lifetime: around, ...of },
    })
  const check = (certificate: Buffer, authority = authorityOf(issuer)) => {
    const key = node.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const pem = { key, certificate: pemOf(certificate), authority: pemOf(authority) }
    return checkHeld(pem, hosts, nowMs)
  }

  it('holds for this key, these hosts and this time', () => {
    expect(check(leafOf())).toMatchObject({ notAfterMs: around.notAfterMs })
  })

  it.each<[string, () => unknown, RegExp]>([
    ['of another key', () => check(leafOf({ publicKey: pair().publicKey })), /another key/],
    ['of other names', () => check(leafOf({ hosts: ['*.example.org'] })), /names/],
    ['of more names', () => check(leafOf({ hosts: [...hosts, 'a.home.localhost'] })), /names/],
    [
      'of a time that is over',
      () => check(leafOf({ lifetime: { ...around, notAfterMs: nowMs } })),
      /good from/,
    ],
    [
      'of a time to come',
      () => check(leafOf({ lifetime: { ...around, notBeforeMs: nowMs + 1_000 } })),
      /good from/,
    ],
    [
      'of another authority of the same name',
      () => check(leafOf({}, { ...issuer, key: pair().privateKey })),
      /another authority/,
    ],
    [
      'whose signature was touched',
      () => {
        const touched = leafOf()
        touched[touched.length - 1] = (touched.at(-1) ?? 0) ^ 1
        return check(touched)
      },
      /another authority/,
    ],
    ['of an authority that is none', () => check(leafOf(), leafOf()), /authority is none/],
  ])('%s does not hold', (_what, judge, why) => {
    expect(judge).toThrow(why)
  })
})

describe('the founder’s computer', () => {
  const keyOf = (curve: string) =>
    generateKeyPairSync('ec', { namedCurve: curve }).publicKey.export({
      type: 'spki',
      format: 'der',
    })
  const ask = async (question: { publicKey?: Uint8Array } | Uint8Array) => {
    const body =
      question instanceof Uint8Array ? question : certifyMessages.encodeQuestion(question)
    const asked = net.node(OTHER).request(FOUNDER, CERTIFY_PROTOCOL, body)
    await pass(50)
    return certifyMessages.parseAnswer(await asked)
  }
  const refused = (code: string) => ({ answer: 'refused', code })

  it('certifies keys of P-256 alone, whatever it is asked', async () => {
    await open(FOUNDER, founder)
    await pass()
    const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' })
    for (const publicKey of [keyOf('secp384r1'), ed25519, Uint8Array.of(), Uint8Array.of(48, 0)]) {
      expect(await ask({ publicKey })).toEqual(refused('CERTIFY_MALFORMED'))
    }
    expect(await ask(Uint8Array.of(0xff))).toEqual(refused('CERTIFY_MALFORMED'))
    expect(await ask({ publicKey: new Uint8Array(300) })).toEqual(refused('CERTIFY_MALFORMED'))
    expect(await ask({ publicKey: keyOf('prime256v1') })).toMatchObject({ answer: 'given' })
  })

  it('gives one node so many within an hour', async () => {
    await open(FOUNDER, founder)
    await pass()
    const publicKey = keyOf('prime256v1')
    for (let i = 0; i < CERTIFIED_PER_HOUR_MAX; i++) {
      expect(await ask({ publicKey })).toMatchObject({ answer: 'given' })
    }
    expect(await ask({ publicKey })).toEqual(refused('RATE_LIMITED'))
    clock.advance(3_600_000)
    await pass()
    expect(await ask({ publicKey })).toMatchObject({ answer: 'given' })
  })
})

describe('the zones', () => {
  it.each([
    ['home', 'home'],
    ['Ärzte am Park', 'arzte-am-park'],
    ['--x--', 'x'],
    ['a.b', 'a-b'],
    ['xn--abc', 'net-01234567'],
    ['家', 'net-01234567'],
    ['x'.repeat(80), 'x'.repeat(63)],
    [`${'x'.repeat(62)} y`, 'x'.repeat(62)],
  ])('of a network called %s', (name, label) => {
    const genesis = { ...network.genesis, name }
    const id = '0123456789abcdef'.repeat(4) as typeof network.id
    expect(labelOf({ id, genesis })).toBe(label)
    expect(zonesOf(label)).toEqual([`${label}.localhost`, `${label}.internal`])
  })
})
