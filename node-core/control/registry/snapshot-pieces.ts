/**
 * A snapshot's pieces: each stands after its length and its SHA-256, and at the end of all stands the
 * SHA-256 of those lengths and hashes. So each piece can be read as soon as it is here, and none can be
 * left out, repeated or moved.
 */
import { createHash, hash } from 'node:crypto'
import { equalBytes } from '../../base/codec/index.ts'

const LENGTH_BYTES = 4
const HASH_BYTES = 32
const HEAD_BYTES = LENGTH_BYTES + HASH_BYTES

/** A step for each piece. */
export function* joinPieces(contents: Iterable<Uint8Array>): Generator<void, Uint8Array> {
  const all = createHash('sha256')
  const written: Uint8Array[] = []
  for (const content of contents) {
    const head = Buffer.alloc(HEAD_BYTES)
    head.writeUInt32BE(content.byteLength)
    head.set(sha256(content), LENGTH_BYTES)
    all.update(head)
    written.push(head, content)
    yield
  }
  return Buffer.concat([...written, all.digest()])
}

/** One after the other, each as it was written; ends with false where the next one, or the end, is not. */
export function* readPieces(bytes: Uint8Array): Generator<Uint8Array, boolean> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const all = createHash('sha256')
  let at = 0
  while (buffer.byteLength - at > HASH_BYTES) {
    if (buffer.byteLength - at < HEAD_BYTES) return false
    const head = buffer.subarray(at, at + HEAD_BYTES)
    const content = buffer.subarray(at + HEAD_BYTES, at + HEAD_BYTES + head.readUInt32BE())
    if (!equalBytes(sha256(content), head.subarray(LENGTH_BYTES))) return false
    all.update(head)
    at += HEAD_BYTES + content.byteLength
    yield content
  }
  return equalBytes(all.digest(), buffer.subarray(at))
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}
