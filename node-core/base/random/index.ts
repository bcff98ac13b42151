/** Chance as an argument: the system's in production, a seed's in tests and in the simulator. */
export interface Random {
  bytes(length: number): Uint8Array
  /** A float in [0, 1). */
  float(): number
  /** An integer in [0, exclusiveMax). */
  int(exclusiveMax: number): number
}

export { pick, shuffle } from './choosing.ts'
export { createSeededRandom } from './seeded-random.ts'
export { createSystemRandom } from './system-random.ts'
