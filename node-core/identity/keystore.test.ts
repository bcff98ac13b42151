import { describe, expect, it } from 'vitest'
import { createSimDisk } from '../base/disk/index.ts'
import { createSeededRandom } from '../base/random/index.ts'
import { createKeystore, generateKey, ownerIdOf, parsePrivateKeyPem } from './index.ts'

const code = (name: string) => expect.objectContaining({ code: name })
const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString()

function home(seed = 1) {
  const disk = createSimDisk()
  const random = createSeededRandom(seed)
  return { disk, open: () => createKeystore({ disk, random }) }
}

describe('the keystore', () => {
  it('makes both keys once and finds them again after a crash', async () => {
    const { disk, open } = home()
    const node = await open().nodeKey()
    const owner = await open().ownerKey()
    expect(node.publicKey).not.toEqual(owner.publicKey)
    disk.crash()
    expect((await open().nodeKey()).publicKey).toEqual(node.publicKey)
    expect((await open().ownerKey()).publicKey).toEqual(owner.publicKey)
    expect(text(await disk.read('identity/node.key'))).toMatch(/^-----BEGIN PRIVATE KEY-----/)
    expect(text(await disk.read('identity/node.pub'))).toMatch(
      /^ssh-ed25519 AAAA\S+ mycelium-node\n$/,
    )
  })

  it.each([
    ['empty', () => new Uint8Array()],
    ['cut short', (bytes: Uint8Array) => bytes.slice(0, 60)],
    ['of noise', (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x80)],
  ])('refuses a key file that is %s, and leaves it as it is', async (_, damage) => {
    const { disk, open } = home()
    await open().nodeKey()
    const damaged = damage((await disk.read('identity/node.key')) ?? new Uint8Array())
    await disk.writeAtomic('identity/node.key', damaged)
    await expect(open().nodeKey()).rejects.toEqual(code('IDENTITY_MALFORMED'))
    expect(await disk.read('identity/node.key')).toEqual(damaged)
  })

  it('writes the public form again when it is gone or wrong', async () => {
    const { disk, open } = home()
    await open().nodeKey()
    const line = await disk.read('identity/node.pub')
    await disk.writeAtomic('identity/node.pub', new Uint8Array([1]))
    await open().nodeKey()
    expect(await disk.read('identity/node.pub')).toEqual(line)
  })

  it('does not hand out a key that is not on disk', async () => {
    const { disk, open } = home()
    disk.setCapacity(10)
    await expect(open().nodeKey()).rejects.toEqual(code('DISK_FULL'))
    disk.setCapacity(undefined)
    expect(await open().nodeKey()).toBeDefined()
  })

  it('takes over an owner key from another computer, and never writes over a different one', async () => {
    const key = generateKey(createSeededRandom(42))
    const { open } = home()
    await open().adoptOwnerKey(key, { replace: false })
    expect((await open().ownerKey()).publicKey).toEqual(key.publicKey)
    await open().adoptOwnerKey(key, { replace: false })

    const other = home(2)
    const before = await other.open().ownerKey()
    const refused = other.open().adoptOwnerKey(key, { replace: false })
    await expect(refused).rejects.toMatchObject({
      ...{ code: 'OWNER_KEY_EXISTS', message: expect.stringContaining('--replace-owner') },
    })
    expect((await other.open().heldOwnerKey())?.publicKey).toEqual(before.publicKey)
    await other.open().adoptOwnerKey(key, { replace: true })
    expect((await other.open().ownerKey()).publicKey).toEqual(key.publicKey)
    const digits = ownerIdOf(before.publicKey).slice(0, 8)
    const aside = text(await other.disk.read(`identity/owner-${digits}.key`))
    expect(parsePrivateKeyPem(aside).publicKey).toEqual(before.publicKey)
  })

  it('tells of no owner before there is one', async () => {
    expect(await home().open().heldOwnerKey()).toBeUndefined()
  })
})
