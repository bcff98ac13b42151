/** Whose computer this is, for the API: the owner's key on its way out, and another's on its way in. */
import type { OwnerGiven } from './api/handlers/index.ts'
import { MyceliumError } from './base/errors/index.ts'
import type { Random } from './base/random/index.ts'
import {
  type KeyPair,
  makePassphrase,
  type OwnerId,
  openOwnerKey,
  ownerIdOf,
  sealOwnerKey,
} from './identity/index.ts'
import type { NewOwner } from './joining.ts'
import { OWNER_EXPORTS_WAITING_MAX } from './limits.ts'

export interface OwnerExport {
  owner: OwnerId
  sealed: string
  passphrase: string
}

/** Sealed under this passphrase, or under one that is made. */
export async function exportOwner(
  key: KeyPair,
  typed: string | undefined,
  random: Random,
  seal: typeof sealOwnerKey = sealOwnerKey,
): Promise<OwnerExport> {
  const passphrase = typed ?? makePassphrase(random)
  const sealed = await seal(key, passphrase, random)
  return { owner: ownerIdOf(key.publicKey), sealed, passphrase }
}

/**
 * The same for the API: for one caller at a time, since each takes a core and 128 MiB. Throws BUSY where
 * too many wait already.
 */
export function createOwnerExports(
  key: () => KeyPair,
  random: Random,
  seal?: typeof sealOwnerKey,
): (typed?: string) => Promise<OwnerExport> {
  let asked = 0
  let last: Promise<unknown> = Promise.resolve()

  return async (typed) => {
    if (asked > OWNER_EXPORTS_WAITING_MAX) {
      throw new MyceliumError('BUSY', 'The owner’s key is being sealed. Try again in a moment.')
    }
    asked++
    const made = last.then(() => exportOwner(key(), typed, random, seal)).finally(() => asked--)
    last = made.catch(() => {})
    return made
  }
}

/** Throws OWNER_FILE_INVALID, PASSPHRASE_WRONG. */
export async function openedOwner(given: OwnerGiven | undefined): Promise<NewOwner | undefined> {
  if (!given) return undefined
  const { sealed, passphrase, replace } = given
  return { key: await openOwnerKey(sealed, passphrase), replace }
}
