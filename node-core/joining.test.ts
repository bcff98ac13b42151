import { expect, it } from 'vitest'
import { createSimDisk } from './base/disk/index.ts'
import { createSeededRandom } from './base/random/index.ts'
import { writeNetwork, writeSettings } from './home.ts'
import { createKeystore, generateKey } from './identity/index.ts'
import { adoptOwner } from './joining.ts'

it('a home that is in a network stays its owner’s, whatever is asked', async () => {
  const [disk, random] = [createSimDisk(), createSeededRandom(1)]
  const keystore = createKeystore({ disk, random })
  const before = await keystore.ownerKey()
  await writeNetwork(disk, { genesis: new Uint8Array(1), credential: new Uint8Array(1) })
  const adopting = adoptOwner({ disk, random }, generateKey(random), { replace: true })
  await expect(adopting).rejects.toMatchObject({ code: 'CONFLICT' })
  expect((await keystore.ownerKey()).publicKey).toEqual(before.publicKey)
})

it('a key made before any network gives way, one that was in a network does not', async () => {
  const [disk, random] = [createSimDisk(), createSeededRandom(2)]
  const keystore = createKeystore({ disk, random })
  const [first, second] = [generateKey(random), generateKey(random)]
  await keystore.ownerKey()
  await adoptOwner({ disk, random }, first, { replace: false })
  expect((await keystore.ownerKey()).publicKey).toEqual(first.publicKey)
  expect((await disk.list('identity')).filter((file) => file.includes('owner-'))).toHaveLength(1)
  // What founding and joining write, and leaving keeps.
  await writeSettings(disk, { role: 'rhizomorph' })
  const adopting = adoptOwner({ disk, random }, second, { replace: false })
  await expect(adopting).rejects.toMatchObject({ code: 'OWNER_KEY_EXISTS' })
})
