/** Whatever is written where, and however little of it gets through at first: one map in the end. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Plain } from '../../base/codec/index.ts'
import type { Permission } from '../../identity/index.ts'
import { createCredentialShelf } from './credentials.ts'
import { absorbDelta, compareDigest, deltaFor, digestOf, endAsking } from './exchange.ts'
import { nodeOfKey } from './keys.ts'
import type { Position } from './position.ts'
import { hashOf, parseRecord, type SignedRecord, signRecord, verifyRecord } from './record.ts'
import { DEFAULT_RULES, ruleOf } from './rules.ts'
import {
  FOUNDER,
  NETWORK,
  nodeNamed,
  ownerNamed,
  type Person,
  toyCredential,
  toySigner,
  verifyToy,
  verifyToyCredential,
} from './state.fixture.ts'
import { createStateMap, seenThrough } from './state-map.ts'

const ADMIN: Person = { owner: 'admin', permissions: ['admin', 'deploy'] }
const INVITER: Person = { owner: 'inviter', permissions: ['invite', 'deploy', 'use'] }
const PEOPLE: Record<string, Person> = {
  founder: FOUNDER,
  admin: ADMIN,
  other: { owner: 'other', permissions: ['admin', 'deploy'] },
  deployer: { owner: 'deployer', permissions: ['deploy', 'use'] },
  inviter: INVITER,
  late: { owner: 'late', permissions: ['deploy'], issuers: [ADMIN] },
  invited: { owner: 'invited', permissions: ['deploy', 'use'], issuers: [INVITER] },
}
const EVERY = [...FOUNDER.permissions]
const NAMES = Object.keys(PEOPLE)
const NODES = NAMES.map(nodeNamed)

function createReplica(name: string) {
  const person = PEOPLE[name] ?? FOUNDER
  const self = nodeNamed(name)
  const credentials = createCredentialShelf(verifyToyCredential)
  const founders = new Set([ownerNamed('founder')])
  const map = createStateMap({ self, rules: DEFAULT_RULES, founders, credentials })
  const credential = toyCredential(name, person)
  credentials.add(credential)
  credentials.use(hashOf(credential))
  let said: Position = [1, 0]

  function put(key: string, value: Plain | undefined): void {
    const held = map.get(key)
    const order = ruleOf(DEFAULT_RULES, key)?.order
    if (order === 'permanent' && held) return
    const position: Position = [1, said[1] + 1]
    const record = signRecord(
      {
        key,
        value,
        generation: nodeOfKey(key) ? 0 : order === 'permanent' ? 1 : (held?.generation ?? 0) + 1,
        claim: order === 'owned' ? (held?.claim ?? ownerNamed(person.owner)) : undefined,
        position,
        previous: said,
        credential: hashOf(credential),
      },
      verifyToyCredential(credential),
      toySigner(name),
      NETWORK,
    )
    if (map.judge(record) !== 'ok') return
    said = position
    map.offer([record])
    map.setMark(self, position)
  }
  return { name, map, credentials, put }
}
type Replica = ReturnType<typeof createReplica>

/** What `to` lacks of `from`, at most `bytesMax` of it. Returns whether anything came of it. */
function send(from: Replica, to: Replica, bytesMax: number): boolean {
  const digest = digestOf(to.map, to.credentials)
  compareDigest(from.map, digest)
  const { delta } = deltaFor(from.map, from.credentials, digest, bytesMax)
  for (const bytes of delta.credentials) to.credentials.add(bytes)
  const records: SignedRecord[] = delta.ranges.flatMap(({ records, head }) =>
    [...records, ...(head ? [head] : [])].map((bytes) => {
      const record = parseRecord(bytes)!
      const author = to.credentials.get(record.credential)!.member
      return verifyRecord(record, author, NETWORK, verifyToy)!
    }),
  )
  const { moved } = absorbDelta(to.map, delta.ranges, records)
  if (!moved) endAsking(to.map, digestOf(from.map, from.credentials))
  return moved
}

const who = fc.nat(NAMES.length - 1)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('workload' as const), who, n: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), who, n: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('own' as const), who, n: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('grant' as const), who, n: who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), who, n: who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('admit' as const), who, n: who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), who, n: who }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const), who, n: who }) },
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function run(replicas: Replica[], { do: kind, who: at, n }: Step): void {
  const replica = replicas[at]!
  const target = ownerNamed(NAMES[n]!)
  const through: Record<string, [number, number]> = {}
  for (const stream of replica.map.streams.all()) {
    const [incarnation, counter] = seenThrough(stream)
    through[stream.author] = [incarnation, counter]
  }
  switch (kind) {
    case 'workload':
      replica.put(`net/workload/w-${n}`, `${replica.name} ${n}`)
      return
    case 'end':
      replica.put(`net/workload/w-${n}`, undefined)
      return
    case 'own':
      replica.put(`node/${NODES[at]}/instance/${n}`, n)
      return
    case 'grant':
      replica.put(`net/member/${target}`, { name: 'x', permissions: ['use'], through })
      return
    case 'restore':
      replica.put(`net/member/${target}`, { name: 'x', permissions: EVERY, through })
      return
    case 'admit':
      replica.put(`net/member/${target}`, { name: 'x', permissions: ['deploy'] })
      return
    case 'remove':
      replica.put(`net/removed/${target}`, { at: 'now', through })
      return
    case 'send':
      if (at !== n) send(replica, replicas[n]!, 700)
  }
}

function exchangeAll(replicas: Replica[]): boolean {
  for (let round = 0; round < 60; round++) {
    for (const from of replicas) {
      for (const to of replicas) if (from !== to) while (send(from, to, 900));
    }
    if (new Set(replicas.map(({ map }) => map.hash())).size === 1) return true
  }
  return false
}

it('comes to one map when two demoted admins give each other everything back', () => {
  const replicas = NAMES.map(createReplica)
  const [founder, admin, other] = replicas as [Replica, Replica, Replica]
  const grant = (by: Replica, to: string, permissions: Permission[]): void =>
    by.put(`net/member/${ownerNamed(to)}`, {
      ...{ name: 'x', permissions, through: {} },
      earlier: [{ permissions: ['admin', 'deploy'], through: {} }],
    })
  for (const name of ['admin', 'other']) grant(founder, name, ['use'])
  for (let n = 0; n < 3; n++) {
    grant(admin, 'other', EVERY)
    grant(other, 'admin', EVERY)
  }
  expect(exchangeAll(replicas)).toBe(true)
  for (const name of ['admin', 'other']) {
    expect(admin.map.get(`net/member/${ownerNamed(name)}`)?.owner).toBe(ownerNamed('founder'))
  }
})

it('comes to one map, entries that cut and grant included, from any exchange of pieces', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) => {
      const replicas = NAMES.map(createReplica)
      for (const one of steps) run(replicas, one)
      if (exchangeAll(replicas)) return
      const views = replicas.map(({ name, map }) => {
        return `${name}: ${map
          .startingWith('')
          .map(({ key, id }) => `${key} ${id.slice(0, 6)}`)
          .join(', ')}`
      })
      expect.fail(views.join('\n'))
    }),
    { seed: 20_261_120, numRuns: 60 },
  )
})
