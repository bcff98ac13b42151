/** A rule on signatures that remembers its verdicts: all nodes of this process check the same ones. */
import { createHash } from 'node:crypto'
import { verify } from '../../node-core/identity/index.ts'

const VERDICTS_MAX = 50_000

export function createRememberedVerify(): typeof verify {
  const verdicts = new Map<string, boolean>()
  return (key, message, signature) => {
    // Of other lengths no two parts of a name could be told apart.
    if (key.byteLength !== 32 || signature.byteLength !== 64) return verify(key, message, signature)
    const name = createHash('sha256').update(key).update(signature).update(message).digest('base64')
    const known = verdicts.get(name)
    if (known !== undefined) return known
    if (verdicts.size >= VERDICTS_MAX) verdicts.clear()
    const verdict = verify(key, message, signature)
    verdicts.set(name, verdict)
    return verdict
  }
}
