import { expect, it } from 'vitest'
import { createSimClock } from './base/clock/index.ts'
import { createSimDisk } from './base/disk/index.ts'
import { createSeededRandom } from './base/random/index.ts'
import { readNetwork, readSettings, writeNetwork, writeSettings } from './home.ts'
import { createKeystore, generateKey, parseGenesis } from './identity/index.ts'
import { adoptOwner, foundInHome, openIdentity } from './joining.ts'

it('a home that is in a network stays its owner’s, whatever is asked', async () => {
  const [disk, random] = [createSimDisk(), createSeededRandom(1)]
  const keystore = createKeystore({ disk, random })
  const before = await keystore.ownerKey()
  await writeNetwork(disk, { genesis: new Uint8Array(1), credential: new Uint8Array(1) })
  const adopting = adoptOwner({ disk, random }, { key: generateKey(random), replace: true })
  await expect(adopting).rejects.toMatchObject({ code: 'IN_A_NETWORK' })
  expect((await keystore.ownerKey()).publicKey).toEqual(before.publicKey)
})

it('a key made before any network gives way, one that was in a network does not', async () => {
  const [disk, random] = [createSimDisk(), createSeededRandom(2)]
  const keystore = createKeystore({ disk, random })
  const [first, second] = [generateKey(random), generateKey(random)]
  await keystore.ownerKey()
  await adoptOwner({ disk, random }, { key: first, replace: false })
  expect((await keystore.ownerKey()).publicKey).toEqual(first.publicKey)
  expect((await disk.list('identity')).filter((file) => file.includes('owner-'))).toHaveLength(1)
  // What founding and joining write, and leaving keeps.
  await writeSettings(disk, { role: 'rhizomorph' })
  const adopting = adoptOwner({ disk, random }, { key: second, replace: false })
  await expect(adopting).rejects.toMatchObject({ code: 'OWNER_KEY_EXISTS' })
})

it('a home that was somebody’s founds as another owner only where those are laid aside', async () => {
  const [disk, random, clock] = [createSimDisk(), createSeededRandom(3), createSimClock()]
  const identity = await openIdentity(disk, random)
  await writeSettings(disk, { role: 'rhizomorph' })
  const key = generateKey(random)
  const found = (replace: boolean) => {
    const request = { networkName: 'Garden', consensus: 'raft' as const, owner: { key, replace } }
    return foundInHome({ disk, identity, clock, random, hostName: 'shed' }, request)
  }
  await expect(found(false)).rejects.toMatchObject({ code: 'OWNER_KEY_EXISTS' })
  expect(await readNetwork(disk)).toBeUndefined()
  expect((await openIdentity(disk, random)).ownerId).toBe(identity.ownerId)
  await found(true)
  const { founders } = parseGenesis((await readNetwork(disk))?.genesis ?? new Uint8Array()).genesis
  expect(founders).toEqual([key.publicKey])
  expect((await openIdentity(disk, random)).ownerKey.publicKey).toEqual(key.publicKey)
  expect((await disk.list('identity')).filter((file) => file.includes('owner-'))).toHaveLength(1)
})

it('a founder is called as asked for, and else as the computer', async () => {
  const found = async (names: { nodeName?: string; ownerName?: string }) => {
    const [disk, random, clock] = [createSimDisk(), createSeededRandom(5), createSimClock()]
    const identity = await openIdentity(disk, random)
    const request = { networkName: 'Garden', consensus: 'raft' as const, ...names }
    await foundInHome({ disk, identity, clock, random, hostName: 'shed' }, request)
    const { credential = new Uint8Array() } = (await readNetwork(disk)) ?? {}
    const has = (name: string) => Buffer.from(credential).includes(name)
    return [has('Ada'), has('shed'), (await readSettings(disk)).ownerName]
  }
  expect(await found({ ownerName: 'Ada' })).toEqual([true, false, 'Ada'])
  expect(await found({})).toEqual([false, true, undefined])
})

it('what a crash left of a network that was being forgotten is none of the next one’s', async () => {
  const found = async (left: readonly string[]) => {
    const [disk, random, clock] = [createSimDisk(), createSeededRandom(4), createSimClock()]
    const identity = await openIdentity(disk, random)
    for (const file of left) await disk.writeAtomic(file, new Uint8Array([7]))
    const request = { networkName: 'Garden', consensus: 'raft' as const }
    await foundInHome({ disk, identity, clock, random, hostName: 'shed' }, request)
    const files = ['registry', 'tls'].map((folder) => disk.list(folder))
    return { disk, files: await Promise.all(files) }
  }
  const left = ['registry/old', 'instances.key', 'tls/node.key', 'state.db', 'seeds.json']
  const [clean, after] = [await found([]), await found(left)]
  expect(after.files).toEqual(clean.files)
  expect(await after.disk.read('instances.key')).toBeUndefined()
  expect(await after.disk.read('state.db')).toBeUndefined()
  // By which a newcomer looks for whoever lets it in.
  expect(await after.disk.read('seeds.json')).toEqual(new Uint8Array([7]))
})

it('what reads rest on is in the genesis for ever', async () => {
  const found = async (leaseReads: boolean) => {
    const [disk, random, clock] = [createSimDisk(), createSeededRandom(5), createSimClock()]
    const identity = await openIdentity(disk, random)
    const request = { networkName: 'Garden', consensus: 'raft' as const, leaseReads }
    await foundInHome({ disk, identity, clock, random, hostName: 'shed' }, request)
    return parseGenesis((await readNetwork(disk))?.genesis ?? new Uint8Array()).genesis
  }
  expect(await found(true)).toMatchObject({ version: 3, leaseReads: true })
  expect(await found(false)).toMatchObject({ version: 1, leaseReads: false })
})
