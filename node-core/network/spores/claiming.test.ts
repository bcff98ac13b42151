/** A seed as a witness: of those who overrule one committee the first goes on. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../base/clock/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import type { LogIndex } from '../../control/consensus/index.ts'
import { encodeStatement, sealMandate, toEra } from '../../control/succession/index.ts'
import { issueMembership, type KeyPair, nodeIdOf } from '../../identity/index.ts'
import { openSeedStore } from '../seeds/index.ts'
import { KEY_ID, SECRET, startBucketServer } from '../seeds/testing/bucket-server.ts'
import { claimDocument, claimEra, mandateIn, successorIn, verifySpore } from './index.ts'
import { CLAIM_TRIES_MAX } from './limits.ts'
import { createSporeWorld, type SporeWorld, START_MS } from './spores.fixture.ts'

const clock = createSystemClock()
let world: SporeWorld
let folder: string
let bucket: Awaited<ReturnType<typeof startBucketServer>>
beforeEach(async () => {
  world = createSporeWorld(1, 5)
  folder = mkdtempSync(path.join(tmpdir(), 'mycelium-witness-'))
  bucket = await startBucketServer('us-east-1')
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  bucket.stop()
})

function claimOf(signer: KeyPair, era: number): Uint8Array {
  const { founder, network, members, view } = world
  const permissions = ['admin', 'invite', 'deploy', 'use'] as const
  const request = { owner: founder.publicKey, ownerName: 'A', permissions, nowMs: START_MS }
  const membership = issueMembership(founder, network.id, request, createSeededRandom(1))
  const voters = [signer.publicKey]
  const payload = encodeStatement({ era: toEra(era), index: 50 as LogIndex, voters })
  const mandate = sealMandate(founder, network, payload, [membership])
  const deps = { network, signer, members: () => members, nowMs: START_MS }
  return claimDocument(deps, mandate, view)
}
const keyOf = (at: number): KeyPair => world.nodes[at]!.key

describe.each([
  ['a file', () => openSeedStore(path.join(folder, 'spore'), { clock })],
  [
    'a bucket',
    () => {
      const credentials = { accessKeyId: KEY_ID, secretAccessKey: SECRET }
      return openSeedStore(`s3://b/spore?endpoint=${bucket.url}`, { clock, credentials })
    },
  ],
])('%s as a witness', (_, open) => {
  it('lets one of five win that claim at once, and shows it to the others', async () => {
    await open().write(claimOf(keyOf(0), 0), undefined)
    const claims = world.nodes.map(({ key }) => claimOf(key, 1))
    const outcomes = await Promise.all(
      claims.map((claim) => claimEra(world.network, open(), claim)),
    )
    const won = outcomes.findIndex(({ outcome }) => outcome === 'won')
    expect(outcomes.filter(({ outcome }) => outcome === 'won')).toHaveLength(1)
    for (const [at, outcome] of outcomes.entries()) {
      if (at === won || outcome.outcome === 'won') continue
      expect(outcome.by).toEqual(claims[won])
    }
    const lies = await open().read()
    expect(mandateIn(lies!.bytes)).toEqual(mandateIn(claims[won]!))
  })

  it('knows whose claim it was when it is made again after a crash', async () => {
    await open().write(claimOf(keyOf(0), 0), undefined)
    const claim = claimOf(keyOf(0), 1)
    expect(await claimEra(world.network, open(), claim)).toEqual({ outcome: 'won' })
    expect(await claimEra(world.network, open(), claim)).toEqual({ outcome: 'won' })
    const late = await claimEra(world.network, open(), claimOf(keyOf(1), 1))
    expect(late.outcome).toBe('lost')
    expect(await claimEra(world.network, open(), claimOf(keyOf(1), 2))).toEqual({ outcome: 'won' })
  })

  it('says of a place where others keep writing that nobody has won there', async () => {
    const written = [claimOf(keyOf(0), 0)]
    const busy = {
      read: async () => ({ bytes: written[0]!, tag: 1 }),
      write: async () => 'conflict' as const,
    }
    const failed = claimEra(world.network, busy, claimOf(keyOf(0), 1))
    await expect(failed).rejects.toEqual(
      expect.objectContaining({
        code: 'SEED_UNREACHABLE',
        message: expect.stringMatching(/Others keep writing.*nobody has recovered/),
      }),
    )
  })

  it('names who was first though that came in between the last two looks', async () => {
    let looks = 0
    const busy = {
      read: async () => ({
        bytes: claimOf(keyOf(looks++ < CLAIM_TRIES_MAX ? 0 : 3), looks <= CLAIM_TRIES_MAX ? 0 : 1),
        tag: 1,
      }),
      write: async () => 'conflict' as const,
    }
    const claimed = await claimEra(world.network, busy, claimOf(keyOf(0), 1))
    if (claimed.outcome === 'won') throw new Error('Nobody lets it win.')
    expect(successorIn(world.network, claimed.by)).toEqual({
      ...{ node: nodeIdOf(keyOf(3).publicKey), era: 1, atMs: START_MS },
    })
  })

  it('lets nobody win where nothing lies, and says how to go on without', async () => {
    const failed = claimEra(world.network, open(), claimOf(keyOf(0), 1))
    await expect(failed).rejects.toEqual(
      expect.objectContaining({
        code: 'SEED_UNREACHABLE',
        message: expect.stringMatching(/Nothing lies.*--without-witness/),
      }),
    )
    expect(await open().read()).toBeUndefined()
  })
})

it('says how to go on where it cannot be asked', async () => {
  bucket.stop()
  const store = openSeedStore(`s3://b/spore?endpoint=${bucket.url}`, { clock })
  await expect(claimEra(world.network, store, claimOf(keyOf(0), 1))).rejects.toEqual(
    expect.objectContaining({
      code: 'SEED_UNREACHABLE',
      message: expect.stringMatching(/cannot be asked.*--without-witness/),
    }),
  )
})

it('is a document that anybody can verify', () => {
  const { document } = verifySpore(claimOf(keyOf(0), 3), { nowMs: START_MS })
  expect(document.version).toEqual({ era: 3, index: 50, edition: 0 })
  expect(document.voters).toEqual([keyOf(0).publicKey])
})
