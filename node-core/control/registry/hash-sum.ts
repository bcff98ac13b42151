/**
 * A hash of a set that is kept up to date item by item: the sum, modulo 2^256, of each item's
 * SHA-256 (Bellare and Micciancio, "A New Paradigm for Collision-free Hashing", AdHash).
 *
 * It tells replicas that differ by a fault, at the price of one SHA-256 a change. It is no proof
 * against somebody who picks items to make two sets collide; whoever vouches for a state signs the
 * SHA-256 of its snapshot, whose bytes are the same on every replica.
 */
import { hash } from 'node:crypto'

export interface HashSum {
  add(item: Uint8Array): void
  subtract(item: Uint8Array): void
  /** 32 bytes. */
  value(): Uint8Array
}

const LIMBS = 8

export function createHashSum(): HashSum {
  /** Little-endian, 32 bits each. */
  const limbs = new Uint32Array(LIMBS)
  return {
    add(item) {
      const digest = digestOf(item)
      let carry = 0
      for (let at = 0; at < LIMBS; at++) {
        const sum = (limbs[at] ?? 0) + limbOf(digest, at) + carry
        carry = sum > 0xffff_ffff ? 1 : 0
        limbs[at] = sum
      }
    },
    subtract(item) {
      const digest = digestOf(item)
      let borrow = 0
      for (let at = 0; at < LIMBS; at++) {
        const difference = (limbs[at] ?? 0) - limbOf(digest, at) - borrow
        borrow = difference < 0 ? 1 : 0
        limbs[at] = difference
      }
    },
    value() {
      const bytes = Buffer.alloc(4 * LIMBS)
      for (const [at, limb] of limbs.entries()) bytes.writeUInt32LE(limb, 4 * at)
      return new Uint8Array(bytes)
    },
  }
}

/** A character for each byte: text takes a third of the time that a buffer of its own takes. */
function digestOf(item: Uint8Array): string {
  return hash('sha256', item, 'binary')
}

function limbOf(digest: string, limb: number): number {
  const at = 4 * limb
  const low = digest.charCodeAt(at) | (digest.charCodeAt(at + 1) << 8)
  const high = digest.charCodeAt(at + 2) | (digest.charCodeAt(at + 3) << 8)
  return low + high * 0x1_00_00
}
