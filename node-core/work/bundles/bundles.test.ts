import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../base/clock/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { createSimNetwork, type NodeId, type SimNetwork } from '../../base/net/index.ts'
import { createSeededRandom, createSystemRandom } from '../../base/random/index.ts'
import { generateKey } from '../../identity/index.ts'
import { type BlobStore, createBlobStore } from '../../storage/blobs/index.ts'
import { type Bundles, buildBundle, createBundles, parseManifestDraft } from './index.ts'

const signer = generateKey(createSeededRandom(6))
const SIGNER = Buffer.from(signer.publicKey).toString('hex')
const [ADA, BEN] = ['a'.repeat(64), 'b'.repeat(64)] as [NodeId, NodeId]

let root: string
let network: SimNetwork
let trusted: Set<string>
let file: string
const stores: BlobStore[] = []

async function openNode(node: NodeId): Promise<{ blobs: BlobStore; bundles: Bundles }> {
  const blobs = createBlobStore({
    folder: join(root, node.slice(0, 2)),
    net: network.node(node),
    clock: createSystemClock(),
    random: createSystemRandom(),
    logger: createSilentLogger(),
    holders: () => (node === ADA ? [BEN] : [ADA]),
    announce: () => {},
  })
  await blobs.start()
  stores.push(blobs)
  return { blobs, bundles: createBundles({ blobs, trusted: (key) => trusted.has(key) }) }
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mycelium-bundles-test-'))
  network = createSimNetwork({ clock: createSystemClock(), random: createSystemRandom() })
  trusted = new Set([SIGNER])
  await writeFile(join(root, 'program'), '#!/bin/sh\n')
  const built = await buildBundle({
    manifest: parseManifestDraft(Buffer.from('{"name":"x","version":"1","command":"x"}')),
    program: join(root, 'program'),
    signer,
    createdAt: '2026-11-20T12:00:00Z',
    out: root,
  })
  file = built.file
})
afterEach(async () => {
  for (const store of stores.splice(0)) await store.stop()
  await rm(root, { recursive: true })
})

describe('the repository of bundles', () => {
  it('knows what the file of one that is here says of itself, after a restart too', async () => {
    const { blobs, bundles } = await openNode(ADA)
    const published = await bundles.publish(createReadStream(file))
    expect(bundles.known(published.digest)).toEqual(published)
    const again = createBundles({ blobs, trusted: () => false })
    expect(again.known(published.digest)).toBeUndefined()
    await expect.poll(() => again.known(published.digest)).toEqual(published)
    expect(again.known(`sha256:${'0'.repeat(64)}`)).toBeUndefined()
  })

  it('takes a bundle in on one node and gives it out on another', async () => {
    const ada = await openNode(ADA)
    const ben = await openNode(BEN)
    const published = await ada.bundles.publish(createReadStream(file))
    expect(published).toMatchObject({ publisher: SIGNER, manifest: { name: 'x', version: '1' } })
    let fetched = 0
    const obtained = await ben.bundles.obtain(published.digest, { onFetched: () => fetched++ })
    expect(obtained.digest).toBe(published.digest)
    expect(fetched).toBe(1)
  })

  it('refuses bad bundles and unknown publishers, and keeps nothing of them', async () => {
    const { blobs, bundles } = await openNode(ADA)
    const bad = await readFile(file)
    bad[200] = (bad[200] ?? 0) ^ 1
    const publishing = bundles.publish(Readable.from([bad]))
    await expect(publishing).rejects.toMatchObject({ code: 'BUNDLE_INVALID' })
    trusted.clear()
    const unknown = bundles.publish(createReadStream(file))
    await expect(unknown).rejects.toMatchObject({
      code: 'PUBLISHER_UNTRUSTED',
      message: expect.stringMatching(/An admin may: mycelium bundle trust [0-9a-f]{64}$/),
    })
    expect(await blobs.list()).toEqual([])
  })

  it('stops giving out what a publisher signed whose trust was withdrawn', async () => {
    const { blobs, bundles } = await openNode(ADA)
    const { digest } = await bundles.publish(createReadStream(file))
    trusted.clear()
    await expect(bundles.obtain(digest)).rejects.toMatchObject({ code: 'PUBLISHER_UNTRUSTED' })
    await expect(bundles.publish(createReadStream(file))).rejects.toMatchObject({
      code: 'PUBLISHER_UNTRUSTED',
    })
    // It is not thrown away: trust may come back, and the digest may be in use.
    expect(await blobs.has(digest)).toBe(true)
  })

  it('fetches a bundle anew that was damaged on this disk', async () => {
    const ada = await openNode(ADA)
    const ben = await openNode(BEN)
    const { digest } = await ada.bundles.publish(createReadStream(file))
    const { file: kept } = await ben.bundles.obtain(digest)
    await writeFile(kept, 'damaged')
    expect((await ben.bundles.obtain(digest)).digest).toBe(digest)
    expect(await readFile(kept)).toEqual(await readFile(file))
  })
})
