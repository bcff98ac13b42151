import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../node-core/base/random/index.ts'
import { castFor } from './cast.ts'
import { createWorld } from './world.ts'

describe('a world of whole nodes', () => {
  it('is in less haste only while something is waited for, also where that fails', async () => {
    const cast = castFor(1, createSeededRandom(1))
    const world = await createWorld({ seed: 1, cast, onLife() {} })
    expect(world.leisure).toBe(1)
    expect(await world.atLeisure(async () => world.leisure)).toBeGreaterThan(1)
    expect(world.leisure).toBe(1)
    const failed = world.atLeisure(() => Promise.reject(new Error('It never came.')))
    await expect(failed).rejects.toThrow('It never came.')
    expect(world.leisure).toBe(1)
  })
})
