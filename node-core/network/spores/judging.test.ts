/** Primary over Seed over Latent, case by case (architecture.md). */
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import { generateKey, nodeIdOf, ownerIdOf } from '../../identity/index.ts'
import { type Authority, type Claim, type Judgement, judge } from './judging.ts'

const random = createSeededRandom(11)
const nodeKey = generateKey(random).publicKey
const otherKey = generateKey(random).publicKey
const node = nodeIdOf(nodeKey)
const ada = ownerIdOf(generateKey(random).publicKey)
const ben = ownerIdOf(generateKey(random).publicKey)
const HERE = '/ip4/10.0.0.1/tcp/4000'
const THERE = '/ip4/10.0.0.2/tcp/4000'

interface Says {
  removedOwner?: typeof ada
  member?: typeof ada
  owner?: typeof ada
  removedNode?: boolean
  addresses?: string[]
  at?: readonly [number, number]
}
const tier = (says: Says): Authority => ({
  isRemoved: (owner) =>
    owner === says.removedOwner ? true : owner === says.member ? false : undefined,
  node: (id) =>
    id === node && says.owner !== undefined
      ? { owner: says.owner, removed: says.removedNode === true }
      : undefined,
  addresses: (id) =>
    id === node && says.addresses
      ? { list: says.addresses, position: says.at ?? [5, 5] }
      : undefined,
})
const rejects = (code: Extract<Judgement, { code: string }>['code']): Judgement => ({
  ...{ verdict: 'reject', code },
})
const ACCEPT: Judgement = { verdict: 'accept' }

interface Case {
  name: string
  primary?: Says
  seed?: Says
  latent: Omit<Claim, 'node'>
  becomes: Judgement
}
const CASES: Case[] = [
  {
    name: 'nobody above says anything',
    latent: { owner: ada, addresses: [HERE] },
    becomes: ACCEPT,
  },
  {
    name: 'another key for the node, without any tier',
    latent: { key: otherKey },
    becomes: rejects('OTHER_KEY'),
  },
  {
    name: 'its own key',
    primary: { owner: ada },
    latent: { key: nodeKey, owner: ada },
    becomes: ACCEPT,
  },
  {
    name: 'a removed owner, by the Primary',
    primary: { removedOwner: ada },
    latent: { owner: ada },
    becomes: rejects('OWNER_REMOVED'),
  },
  {
    name: 'a removed owner, by the Seed',
    seed: { removedOwner: ada },
    latent: { owner: ada },
    becomes: rejects('OWNER_REMOVED'),
  },
  {
    name: 'hearsay of a node whose owner was removed',
    primary: { owner: ada, removedOwner: ada },
    latent: { addresses: [HERE] },
    becomes: rejects('OWNER_REMOVED'),
  },
  {
    name: 'removed by the Seed, a member by the Primary',
    primary: { member: ada },
    seed: { removedOwner: ada },
    latent: { owner: ada },
    becomes: ACCEPT,
  },
  {
    name: 'a member by the Seed, removed by the Primary',
    primary: { removedOwner: ada },
    seed: { member: ada },
    latent: { owner: ada },
    becomes: rejects('OWNER_REMOVED'),
  },
  {
    name: 'a removed node',
    primary: { owner: ada, removedNode: true },
    latent: { owner: ada },
    becomes: rejects('NODE_REMOVED'),
  },
  {
    name: 'another owner than the Primary’s',
    primary: { owner: ada },
    latent: { owner: ben },
    becomes: rejects('OTHER_OWNER'),
  },
  {
    name: 'another owner than the Seed’s',
    seed: { owner: ada },
    latent: { owner: ben },
    becomes: rejects('OTHER_OWNER'),
  },
  {
    name: 'the Seed’s owner, and the Primary says another',
    primary: { owner: ben },
    seed: { owner: ada },
    latent: { owner: ada },
    becomes: rejects('OTHER_OWNER'),
  },
  {
    name: 'the Primary’s owner, and the Seed says another',
    primary: { owner: ada },
    seed: { owner: ben },
    latent: { owner: ada },
    becomes: ACCEPT,
  },
  {
    name: 'the same addresses',
    seed: { owner: ada, addresses: [HERE, THERE] },
    latent: { addresses: [HERE] },
    becomes: ACCEPT,
  },
  {
    name: 'undated addresses beside certified ones',
    seed: { owner: ada, addresses: [HERE] },
    latent: { addresses: [THERE] },
    becomes: { verdict: 'behind' },
  },
  {
    name: 'an older word of the node',
    primary: { owner: ada, addresses: [HERE], at: [5, 5] },
    latent: { owner: ada, addresses: [THERE], position: [5, 4] },
    becomes: rejects('OLDER_ADDRESSES'),
  },
  {
    name: 'an older life of the node',
    seed: { owner: ada, addresses: [HERE], at: [5, 5] },
    latent: { owner: ada, addresses: [THERE], position: [4, 99] },
    becomes: rejects('OLDER_ADDRESSES'),
  },
  {
    name: 'a newer word of the node',
    primary: { owner: ada, addresses: [HERE], at: [5, 5] },
    latent: { owner: ada, addresses: [THERE], position: [5, 6] },
    becomes: ACCEPT,
  },
  {
    name: 'the Seed’s addresses are newer, the Primary’s are said',
    primary: { owner: ada, addresses: [HERE], at: [5, 5] },
    seed: { owner: ada, addresses: [THERE], at: [9, 9] },
    latent: { owner: ada, addresses: [THERE], position: [6, 1] },
    becomes: ACCEPT,
  },
  {
    name: 'a node that no tier knows',
    primary: { member: ben },
    seed: { member: ben },
    latent: { owner: ada, addresses: [HERE] },
    becomes: ACCEPT,
  },
]

describe('a claim of the Latent tier', () => {
  it.each(CASES)('$name', ({ primary, seed, latent, becomes }) => {
    const tiers = [primary, seed].flatMap((says) => (says ? [tier(says)] : []))
    expect(judge(tiers, { node, ...latent })).toEqual(becomes)
  })
})
