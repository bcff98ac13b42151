/** Whose computer this is, for the API: the owner's key on its way out, and another's on its way in. */
import type { OwnerGiven } from './api/handlers/index.ts'
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

/** Sealed under this passphrase, or under one that is made. */
export async function exportOwner(
  key: KeyPair,
  typed: string | undefined,
  random: Random,
): Promise<{ owner: OwnerId; sealed: string; passphrase: string }> {
  const passphrase = typed ?? makePassphrase(random)
  const sealed = await sealOwnerKey(key, passphrase, random)
  return { owner: ownerIdOf(key.publicKey), sealed, passphrase }
}

/** Throws OWNER_FILE_INVALID, PASSPHRASE_WRONG. */
export async function openedOwner(given: OwnerGiven | undefined): Promise<NewOwner | undefined> {
  if (!given) return undefined
  const { sealed, passphrase, replace } = given
  return { key: await openOwnerKey(sealed, passphrase), replace }
}
