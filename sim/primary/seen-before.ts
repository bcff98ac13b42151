/**
 * A rule on signatures that remembers its verdicts: all nodes of this process check the same ones, and
 * a verdict hangs on nothing but the key, the message and the signature (docs/adr/0004).
 */
import { type KeyPair, type Verify, verify } from '../../node-core/identity/index.ts'

export interface SeenBefore {
  readonly verify: Verify
  /** What is signed with this key need not be checked: a signature holds for what it was made of. */
  signing(key: KeyPair): KeyPair
}

/** What a signature was said to be of, and whether it is. */
interface Verdict {
  message: Uint8Array
  holds: boolean
}

const VERDICTS_MAX = 50_000

export function createSeenBefore(): SeenBefore {
  const verdicts = new Map<string, Verdict>()

  function remember(name: string, verdict: Verdict): void {
    if (verdicts.size >= VERDICTS_MAX) verdicts.clear()
    verdicts.set(name, { ...verdict, message: Uint8Array.from(verdict.message) })
  }

  return {
    verify(key, message, signature) {
      // Of other lengths no two parts of a name could be told apart.
      if (key.byteLength !== 32 || signature.byteLength !== 64)
        return verify(key, message, signature)
      const name = nameOf(key, signature)
      const known = verdicts.get(name)
      if (known && Buffer.compare(known.message, message) === 0) return known.holds
      const holds = verify(key, message, signature)
      remember(name, { message, holds })
      return holds
    },
    signing: (key) => ({
      ...key,
      sign(message) {
        const signature = key.sign(message)
        remember(nameOf(key.publicKey, signature), { message, holds: true })
        return signature
      },
    }),
  }
}

function nameOf(key: Uint8Array, signature: Uint8Array): string {
  return latin1(key) + latin1(signature)
}

const latin1 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
