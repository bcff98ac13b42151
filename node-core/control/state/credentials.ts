/** The credentials that held records name, by hash. A credential stays while a record needs it. */
import { MyceliumError } from '../../base/errors/index.ts'
import type { VerifiedMember } from '../../identity/index.ts'
import type { VerifyCredential } from './index.ts'
import { CREDENTIAL_BYTES_MAX } from './limits.ts'
import { hashOf } from './record.ts'

export interface KnownCredential {
  readonly bytes: Uint8Array
  readonly member: VerifiedMember
}

export interface CredentialShelf {
  /** Its hash, or undefined for one that does not hold. Kept while used, or somebody holds. */
  add(bytes: Uint8Array): string | undefined
  get(hash: string): KnownCredential | undefined
  use(hash: string): void
  release(hash: string): void
  /** Nothing is dropped until the returned function is called: records to use it are on their way. */
  hold(): () => void
  hashes(): string[]
  /** Hashes added or dropped since the last call. */
  takeChanged(): Set<string>
}

export function createCredentialShelf(verify: VerifyCredential): CredentialShelf {
  const known = new Map<string, KnownCredential>()
  const uses = new Map<string, number>()
  const unused = new Set<string>()
  let changed = new Set<string>()
  let holders = 0

  function prune(): void {
    for (const hash of unused) {
      known.delete(hash)
      changed.add(hash)
    }
    unused.clear()
  }

  return {
    add(bytes) {
      if (bytes.byteLength > CREDENTIAL_BYTES_MAX) return undefined
      const hash = hashOf(bytes)
      if (known.has(hash)) return hash
      const credential = open(bytes, verify)
      if (!credential) return undefined
      known.set(hash, credential)
      unused.add(hash)
      return hash
    },
    get: (hash) => known.get(hash),
    use(hash) {
      const count = uses.get(hash) ?? 0
      if (count === 0) changed.add(hash)
      uses.set(hash, count + 1)
      unused.delete(hash)
    },
    release(hash) {
      const count = (uses.get(hash) ?? 0) - 1
      if (count > 0) uses.set(hash, count)
      else {
        uses.delete(hash)
        unused.add(hash)
      }
    },
    hold() {
      holders++
      return () => {
        if (--holders === 0) prune()
      }
    },
    hashes: () => [...known.keys()],
    takeChanged() {
      const taken = changed
      changed = new Set()
      return taken
    },
  }
}

function open(bytes: Uint8Array, verify: VerifyCredential): KnownCredential | undefined {
  try {
    return { bytes, member: verify(bytes) }
  } catch (error) {
    if (error instanceof MyceliumError) return undefined
    throw error
  }
}
