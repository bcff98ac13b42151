/** Whatever is written where, and however little of it gets through at first: one map in the end. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Plain } from '../../base/codec/index.ts'
import type { Permission } from '../../identity/index.ts'
import { createCredentialShelf } from './credentials.ts'
import {
  absorbDelta,
  absorbPush,
  compareDigest,
  deltaFor,
  digestOf,
  endAsking,
} from './exchange.ts'
import { nodeOfKey } from './keys.ts'
import { drawLine } from './line.ts'
import { laterOf, type Position, START } from './position.ts'
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
import { createStateMap } from './state-map.ts'

const ADMIN: Person = { owner: 'admin', permissions: ['admin', 'deploy'] }
const INVITER: Person = { owner: 'inviter', permissions: ['invite', 'deploy', 'use'] }
const PEOPLE: Record<string, Person> = {
  founder: FOUNDER,
  admin: ADMIN,
  other: { owner: 'other', permissions: ['admin', 'deploy'] },
  deployer: { owner: 'deployer', permissions: ['deploy', 'use'] },
  inviter: INVITER,
  late: { owner: 'late', permissions: ['deploy'], issuers: [ADMIN] },
  ward: { owner: 'ward', permissions: ['admin', 'deploy'], issuers: [ADMIN] },
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

  function sign(
    key: string,
    value: Plain | undefined,
    position: Position,
    previous: Position = START,
  ): SignedRecord {
    const held = map.get(key)
    const order = ruleOf(DEFAULT_RULES, key)?.order
    const draft = {
      ...{ key, value, position, previous },
      generation: nodeOfKey(key) ? 0 : order === 'permanent' ? 1 : (held?.generation ?? 0) + 1,
      claim: order === 'owned' ? (held?.claim ?? ownerNamed(person.owner)) : undefined,
      credential: hashOf(credential),
    }
    return signRecord(draft, verifyToyCredential(credential), toySigner(name), NETWORK)
  }

  /** The record, if it may be written. */
  function put(key: string, value: Plain | undefined): SignedRecord[] {
    if (ruleOf(DEFAULT_RULES, key)?.order === 'permanent' && map.get(key)) return []
    // What was signed with its key elsewhere it goes above.
    said = laterOf(said, map.streams.get(self)?.head?.position ?? said)
    const record = sign(key, value, [1, said[1] + 1], said)
    if (map.judge(record) !== 'ok') return []
    said = record.position
    map.offer([record])
    map.setMark(self, said)
    return [record]
  }
  return { name, person, map, credentials, credential, sign, put }
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
  {
    weight: 3,
    arbitrary: fc.record({
      ...{ do: fc.constant('lie' as const), who, n: who, to: who },
      place: fc.integer({ min: 1, max: 6 }),
      about: fc.constantFrom('workload', 'own', 'grant', 'remove'),
    }),
  },
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Returns what was written, by whoever keeps to the rules. */
function run(replicas: Replica[], one: Step): SignedRecord[] {
  const { who: at, n } = one
  const replica = replicas[at]!
  const target = ownerNamed(NAMES[n]!)
  const name = 'x'
  const owned = replica.map.startingWith('net/').filter(({ owner }) => owner === target)
  const admin = PEOPLE[NAMES[n]!]!.permissions.includes('admin')
  const drawn = { standing: drawLine(owned), admin }
  switch (one.do) {
    case 'workload':
      return replica.put(`net/workload/w-${n}`, `${replica.name} ${n}`)
    case 'end':
      return replica.put(`net/workload/w-${n}`, undefined)
    case 'own':
      return replica.put(`node/${NODES[at]}/instance/${n}`, n)
    case 'grant':
      return replica.put(`net/member/${target}`, { name, permissions: ['use'], ...drawn })
    case 'restore':
      return replica.put(`net/member/${target}`, { name, permissions: EVERY, ...drawn })
    case 'admit':
      return replica.put(`net/member/${target}`, { name, permissions: ['deploy'] })
    case 'remove':
      return replica.put(`net/removed/${target}`, { at: 'now', ...drawn })
    case 'send':
      if (at !== n) send(replica, replicas[n]!, 700)
      return []
    case 'lie':
      return []
  }
}

type Lie = Extract<Step, { do: 'lie' }>

/** Signs a record for a place of its choice, whatever it may do, and tells somebody. */
function lie(replicas: Replica[], { who: at, to, n, place, about }: Lie): SignedRecord {
  const liar = replicas[at]!
  const { map, credentials } = replicas[to]!
  const target = ownerNamed(NAMES[n]!)
  const standing = drawLine(map.startingWith('').filter(({ owner }) => owner === target))
  const entry = { name: 'x', permissions: EVERY, at: 'now', standing }
  const lies: Record<Lie['about'], readonly [string, Plain]> = {
    workload: [`net/workload/w-${n % 3}`, 'lie'],
    own: [`node/${NODES[at]}/instance/${n % 3}`, 'lie'],
    grant: [`net/member/${target}`, entry],
    remove: [`net/removed/${target}`, entry],
  }
  const record = liar.sign(...lies[about], [1, place])
  credentials.add(liar.credential)
  absorbPush(map, [record])
  return record
}

/** Whether an entry binds the author of a record, and does not let it stand. */
function forbids(entry: SignedRecord, record: SignedRecord): boolean {
  const person = Object.values(PEOPLE).find(({ owner }) => ownerNamed(owner) === record.owner)!
  const founder = ownerNamed('founder')
  if (record.owner === founder) return false
  if (person.permissions.includes('admin') && entry.owner !== founder) return false
  if (entry.key === `net/removed/${record.owner}`) return true
  if (entry.key !== `net/member/${record.owner}`) return false
  const { permissions, standing } = entry.value as { permissions: string[]; standing?: Uint8Array }
  return record.key.startsWith('net/workload/') && !!standing && !permissions.includes('deploy')
}

function exchangeAll(replicas: Replica[]): boolean {
  for (let round = 0; round < 60; round++) {
    for (const from of replicas) {
      for (const to of replicas) if (from !== to) while (send(from, to, 2_500));
    }
    if (new Set(replicas.map(({ map }) => map.hash())).size === 1) return true
  }
  return false
}

it('comes to one map when two demoted admins give each other everything back', () => {
  const replicas = NAMES.map(createReplica)
  const [founder, admin, other] = replicas as [Replica, Replica, Replica]
  const grant = (by: Replica, to: string, permissions: Permission[]): SignedRecord[] =>
    by.put(`net/member/${ownerNamed(to)}`, {
      ...{ name: 'x', permissions, standing: new Uint8Array(), admin: true },
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
      const written: { record: SignedRecord; lied: boolean }[] = []
      for (const one of steps) {
        if (one.do === 'lie') written.push({ record: lie(replicas, one), lied: true })
        else written.push(...run(replicas, one).map((record) => ({ record, lied: false })))
      }
      if (exchangeAll(replicas)) {
        const { map } = replicas[0]!
        const standing = written.filter(({ record }) => map.get(record.key)?.id === record.id)
        // What was signed after an entry that forbids it, at whatever place, is not there.
        for (const [at, entry] of standing.entries()) {
          const late = standing.slice(at + 1).filter(({ record }) => forbids(entry.record, record))
          expect(late).toEqual([])
        }
        return
      }
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
