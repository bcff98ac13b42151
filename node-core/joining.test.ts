import { expect, it } from 'vitest'
import { createSimDisk } from './base/disk/index.ts'
import { createSeededRandom } from './base/random/index.ts'
import { writeNetwork } from './home.ts'
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
