/**
 * The keys of a home, on its disk: `identity/node.key`, `identity/node.pub`, `identity/owner.key`,
 * and `identity/owner-….key` of an owner that the home had before.
 * A key that is there but cannot be read is an error and is never replaced: a new key would be a
 * new node, and everything that knew the old one would be lost without a word.
 */
import type { Disk } from '../base/disk/index.ts'
import { MyceliumError } from '../base/errors/index.ts'
import type { Random } from '../base/random/index.ts'
import { ownerIdOf } from './id-forms.ts'
import type { IdentityErrorCode, KeyPair, Keystore } from './index.ts'
import {
  encodeOpenSshPublicKey,
  encodePrivateKeyPem,
  generateKey,
  parsePrivateKeyPem,
} from './keys.ts'

export interface KeystoreDeps {
  disk: Disk
  random: Random
}

export function createKeystore(deps: KeystoreDeps): Keystore {
  return {
    async nodeKey() {
      const key = await loadOrCreate(deps, NODE_KEY)
      await writePublicForm(deps.disk, key)
      return key
    },
    ownerKey: () => loadOrCreate(deps, OWNER_KEY),
    heldOwnerKey: () => load(deps.disk, OWNER_KEY),
    async adoptOwnerKey(key, how) {
      const held = await otherOwnerKey(deps.disk, key, how)
      // First: at no moment is there one key less.
      if (held) await save(deps.disk, asideOf(held), held)
      await save(deps.disk, OWNER_KEY, key)
    },
    async mayAdoptOwnerKey(key, how) {
      await otherOwnerKey(deps.disk, key, how)
    },
  }
}

const NODE_KEY = 'identity/node.key'
const NODE_PUBLIC_KEY = 'identity/node.pub'
const OWNER_KEY = 'identity/owner.key'
const ASIDE_DIGITS = 8

/** The key that would have to be laid aside, if it may be; undefined where there is no other. */
async function otherOwnerKey(disk: Disk, key: KeyPair, { replace }: { replace: boolean }) {
  const held = await load(disk, OWNER_KEY)
  if (!held || Buffer.from(held.publicKey).equals(key.publicKey)) return undefined
  if (replace) return held
  throw new MyceliumError<IdentityErrorCode>(
    'OWNER_KEY_EXISTS',
    `This home has another owner already (${ownerIdOf(held.publicKey).slice(0, ASIDE_DIGITS)}…): ` +
      '--replace-owner lays that key aside.',
  )
}

function asideOf({ publicKey }: KeyPair): string {
  return `identity/owner-${ownerIdOf(publicKey).slice(0, ASIDE_DIGITS)}.key`
}

async function loadOrCreate(deps: KeystoreDeps, path: string): Promise<KeyPair> {
  const held = await load(deps.disk, path)
  if (held) return held
  const key = generateKey(deps.random)
  await save(deps.disk, path, key)
  return key
}

async function load(disk: Disk, path: string): Promise<KeyPair | undefined> {
  const bytes = await disk.read(path)
  if (!bytes) return undefined
  try {
    return parsePrivateKeyPem(Buffer.from(bytes).toString('utf8'))
  } catch (cause) {
    throw new MyceliumError<IdentityErrorCode>(
      'IDENTITY_MALFORMED',
      `The key in ${path} cannot be read. Restore it from a backup; it was left as it is.`,
      { cause },
    )
  }
}

function save(disk: Disk, path: string, key: KeyPair): Promise<void> {
  return disk.writeAtomic(path, Buffer.from(encodePrivateKeyPem(key)), { mode: 0o600 })
}

/** Derived from the key, so a missing or altered copy is simply written again. */
async function writePublicForm(disk: Disk, key: KeyPair): Promise<void> {
  const line = Buffer.from(`${encodeOpenSshPublicKey(key.publicKey, 'mycelium-node')}\n`)
  const held = await disk.read(NODE_PUBLIC_KEY)
  if (!held || !line.equals(held)) await disk.writeAtomic(NODE_PUBLIC_KEY, line, { mode: 0o644 })
}
