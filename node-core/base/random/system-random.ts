import { randomBytes, randomInt } from 'node:crypto'
import type { Random } from './index.ts'

export function createSystemRandom(): Random {
  return {
    bytes: (length) => new Uint8Array(randomBytes(length)),
    float: () => randomInt(2 ** 48 - 1) / 2 ** 48,
    int: (exclusiveMax) => randomInt(exclusiveMax),
  }
}
