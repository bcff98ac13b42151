/**
 * A running 64-bit digest over what happens, the same on every machine. Not for keys: two lanes of
 * multiply and rotate (after MurmurHash3's mixing), fast enough to take in every message.
 */
export interface Digest {
  number(value: number): Digest
  text(value: string): Digest
  bytes(value: Uint8Array): Digest
  /** Sixteen hex digits. */
  hex(): string
}

export function createDigest(from = '0000000000000000'): Digest {
  let left = Number.parseInt(from.slice(0, 8), 16)
  let right = Number.parseInt(from.slice(8), 16)
  function mix(value: number): void {
    left = Math.imul(left ^ value, 0xcc9e2d51)
    left = (left << 15) | (left >>> 17)
    right = Math.imul(right ^ left ^ value, 0x1b873593)
    right = (right << 13) | (right >>> 19)
  }
  const digest: Digest = {
    number(value) {
      mix(value | 0)
      mix(Math.floor(value / 2 ** 32) | 0)
      return digest
    },
    text(value) {
      mix(value.length)
      for (let at = 0; at < value.length; at++) mix(value.charCodeAt(at))
      return digest
    },
    bytes(value) {
      mix(value.byteLength)
      for (let at = 0; at < value.byteLength; at++) mix(value[at]!)
      return digest
    },
    hex: () => [left, right].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join(''),
  }
  return digest
}
