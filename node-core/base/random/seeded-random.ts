import type { Random } from './index.ts'

/**
 * The same seed gives the same sequence on any machine. Not for keys.
 * Generator: xoshiro128** (Blackman and Vigna, 2018), seeded through splitmix32.
 */
export function createSeededRandom(seed: number): Random {
  const state = new Uint32Array(4)
  let mix = seed >>> 0
  for (let i = 0; i < 4; i++) {
    mix = (mix + 0x9e3779b9) >>> 0
    let z = mix
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    state[i] = (z ^ (z >>> 15)) >>> 0
  }
  const rotl = (x: number, k: number): number => ((x << k) | (x >>> (32 - k))) >>> 0
  const next = (): number => {
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = state
    const result = Math.imul(rotl(Math.imul(s1, 5) >>> 0, 7), 9) >>> 0
    const t2 = s2 ^ s0
    const t3 = s3 ^ s1
    state[1] = s1 ^ t2
    state[0] = s0 ^ t3
    state[2] = t2 ^ (s1 << 9)
    state[3] = rotl(t3 >>> 0, 11)
    return result
  }
  const float = (): number => next() / 2 ** 32
  return {
    bytes(length) {
      const out = new Uint8Array(length)
      for (let i = 0; i < length; i++) out[i] = next() & 0xff
      return out
    },
    float,
    int: (exclusiveMax) => Math.floor(float() * exclusiveMax),
  }
}
