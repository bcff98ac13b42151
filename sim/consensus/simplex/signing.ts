/** Keys of machines, by their numbers; a node is called by the hash of its key. */
import { createHash } from 'node:crypto'
import type { NodeId } from '../../../node-core/base/net/index.ts'
import { type NetworkId, nodeIdOf, type Signer } from '../../../node-core/identity/index.ts'

export const NETWORK = 'ab'.repeat(32) as NetworkId
const MACHINES_MAX = 32

export const idOf = (machine: number): NodeId => nodeIdOf(keyOf(machine))

export function signerOf(id: NodeId): Signer {
  const publicKey = keyOf(numberOf(id))
  return { publicKey, sign: (message) => signature(publicKey, message) }
}

/**
 * A hash in place of Ed25519: liars here sign with their own keys alone, so that it is as hard to
 * forge, and many times as fast.
 */
export const verify = (key: Uint8Array, message: Uint8Array, signed: Uint8Array): boolean =>
  Buffer.compare(signature(key, message), signed) === 0

function signature(key: Uint8Array, message: Uint8Array): Uint8Array {
  const half = createHash('sha256').update(key).update(message).digest()
  return Uint8Array.from([...half, ...half])
}

const keys = Array.from({ length: MACHINES_MAX }, (_, machine) =>
  Uint8Array.from(createHash('sha256').update(`key of machine ${machine}`).digest()),
)
const numbers = new Map(keys.map((key, machine) => [nodeIdOf(key), machine]))

function keyOf(machine: number): Uint8Array {
  const key = keys[machine]
  if (!key) throw new RangeError(`There are no ${machine} machines.`)
  return key
}

function numberOf(id: NodeId): number {
  const number = numbers.get(id)
  if (number === undefined) throw new RangeError(`Nobody has the key of ${id}.`)
  return number
}
