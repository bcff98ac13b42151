import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { NodeContainer } from '../runners/container/index.ts'
import { createLeftovers, type Leftovers } from './index.ts'
import { END_AGAIN_MS, ENGINE_AGAIN_MS, LEFTOVERS_SELDOM_MS } from './limits.ts'

const [GARDEN, MEADOW] = ['a', 'b'].map((digit) => digit.repeat(64)) as [string, string]

let clock: ReturnType<typeof createSimClock>
let engine: NodeContainer[]
let links: string[]
let isGone: boolean
let refused: Set<string>
let network: { id: string } | undefined
let leftovers: Leftovers

const of = (which: string, name: string): NodeContainer => {
  return { engineId: name, name, network: which, workload: 'db', index: 0, isRunning: true }
}
const names = (): string[] => engine.map(({ name }) => name)

beforeEach(() => {
  clock = createSimClock()
  engine = [of(GARDEN, 'db-0-garden'), of(MEADOW, 'db-0-meadow')]
  links = [GARDEN, MEADOW]
  isGone = false
  refused = new Set()
  network = { id: GARDEN }
  leftovers = createLeftovers({
    containers: {
      list: async () => {
        if (isGone) throw new MyceliumError('ENGINE_UNAVAILABLE', 'Docker is away.')
        return [...engine]
      },
      end: async ({ name }) => {
        if (refused.has(name)) throw new MyceliumError('START_FAILED', 'It does not end.')
        engine = engine.filter((one) => one.name !== name)
      },
      networks: async () => links,
      dropNetworks: async (gone) => {
        links = links.filter(
          (one) => one !== gone || engine.some(({ network: in_ }) => in_ === one),
        )
      },
    },
    network: async () => network,
    ...{ clock, logger: createMemoryLogger() },
  })
})
afterEach(() => leftovers.stop())

async function passes(ms: number): Promise<void> {
  clock.advance(ms)
  for (let turn = 0; turn < 60; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('what runs for networks that this computer has left', () => {
  test('is ended as the node starts, with its networks; what runs for the one it is in stays', async () => {
    await leftovers.start()
    await passes(1)
    expect(names()).toEqual(['db-0-garden'])
    expect(links).toEqual([GARDEN])
    expect(leftovers.trouble()).toBeUndefined()
  })

  test('is ended in the lobby too', async () => {
    network = undefined
    await leftovers.start()
    await passes(1)
    expect(names()).toEqual([])
    expect(links).toEqual([])
  })

  test('is ended within seconds of the engine coming back, where it was to end', async () => {
    await leftovers.start()
    await passes(1)
    network = undefined
    isGone = true
    await expect(leftovers.end()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    await passes(ENGINE_AGAIN_MS)
    isGone = false
    await passes(ENGINE_AGAIN_MS)
    expect(names()).toEqual([])
  })

  test('is looked for seldom where nobody knows of any', async () => {
    isGone = true
    await leftovers.start()
    await passes(1)
    isGone = false
    await passes(END_AGAIN_MS)
    expect(names()).toContain('db-0-meadow')
    await passes(LEFTOVERS_SELDOM_MS)
    expect(names()).toEqual(['db-0-garden'])
  })

  test('is named where it does not end, and tried again', async () => {
    refused.add('db-0-meadow')
    await leftovers.start()
    await passes(1)
    expect(leftovers.trouble()).toMatchObject({
      code: 'LEFTOVERS',
      message: expect.stringContaining('db-0-meadow'),
    })
    expect(await leftovers.end()).toMatchObject([{ name: 'db-0-meadow' }])
    refused.clear()
    // It takes a moment to end, or to say that it does not: seldom enough.
    for (let ms = ENGINE_AGAIN_MS; ms < END_AGAIN_MS; ms += ENGINE_AGAIN_MS) {
      await passes(ENGINE_AGAIN_MS)
    }
    expect(names()).toContain('db-0-meadow')
    await passes(ENGINE_AGAIN_MS)
    expect(names()).toEqual(['db-0-garden'])
    expect(leftovers.trouble()).toBeUndefined()
  })

  test('is kept of a network that this computer comes back to meanwhile', async () => {
    engine = [of(MEADOW, 'db-0-one'), of(MEADOW, 'db-1-two')]
    network = undefined
    const ending = leftovers.end()
    network = { id: MEADOW }
    expect(await ending).toEqual([])
    expect(names()).toEqual(['db-0-one', 'db-1-two'])
  })
})
