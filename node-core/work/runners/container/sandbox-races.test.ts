import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createSimClock } from '../../../base/clock/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import { createSilentLogger } from '../../../base/log/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import { until } from '../runner.suite.ts'
import type { EngineContainer } from './engine.ts'
import { sandboxLabels } from './labels.ts'
import { SANDBOX_CALM_MS, SANDBOX_SELDOM_MS } from './limits.ts'
import { SANDBOX_PROGRAMS } from './sandbox-program.ts'
import { createSandboxes } from './sandboxes.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-sandboxes-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const WHOSE = { network: 'n', node: 'd'.repeat(64) }

/** An engine that takes its time to remove, until it is let go on. */
function createStage() {
  const containers = new Map<string, EngineContainer>()
  const slow: { name: string; done(): void }[] = []
  const clock = createSimClock()
  const own = { ports: {}, address: '198.19.0.2', startedAtMs: 0 }
  let bytes = 2 ** 40
  let image = 'empty'
  const put = (name: string, labels: Record<string, string>): void => {
    containers.set(name, { engineId: name, name, labels, state: 'running', ...own })
  }
  const sandboxes = createSandboxes(
    {
      engine: {
        async create(name, { Labels, Image }) {
          if (Image !== image) throw new MyceliumError('IMAGE_NOT_FOUND', `No such image: ${Image}`)
          put(name, Labels)
        },
        startContainer: async () => {},
        async removeContainer(name) {
          await new Promise<void>((done) => slow.push({ name, done }))
          containers.delete(name)
        },
        list: async (filter) => {
          const has = (labels: object): boolean =>
            filter.every((one) => {
              const [label = '', value] = one.split('=')
              return Reflect.get(labels, label) === value
            })
          return [...containers.values()].filter(({ labels }) => has(labels))
        },
        importEmptyImage: async () => image,
      },
      whose: WHOSE,
      ...{ folder, most: 2, isHere: () => true, isBusy: () => false },
      ...{ clock, random: createSeededRandom(1), logger: createSilentLogger() },
    },
    { availableBytes: () => bytes, listens: async () => false },
  )
  sandboxes.start()
  const turns = async (ms: number, done: () => boolean): Promise<void> => {
    await until(async () => {
      clock.advance(ms)
      return done()
    })
  }
  return {
    ...{ sandboxes, containers, slow, put },
    async ready(count: number) {
      sandboxes.demand({ network: 'net', resolves: false })
      await turns(SANDBOX_CALM_MS, () => containers.size === count)
    },
    turns,
    fill: () => {
      bytes = 0
    },
    removeImage: () => {
      image = 'made anew'
    },
  }
}

describe.skipIf(!SANDBOX_PROGRAMS[process.arch])('networks made ahead', () => {
  it('stay where they are taken while another is swept', async () => {
    const { sandboxes, slow, put, ready, containers } = createStage()
    await ready(1)
    const [name = ''] = containers.keys()
    // What nobody knows of is come to first.
    containers.clear()
    for (const one of ['stray', name]) put(one, sandboxLabels(WHOSE, one))
    const swept = sandboxes.arrive()
    await until(async () => slow.length === 1)
    expect(slow[0]?.name).toBe('stray')
    expect(await sandboxes.take('web-0-a', 'net')).toMatchObject({ name })
    slow[0]?.done()
    // A second removal would keep it from ending.
    await swept
    expect([...containers.keys()]).toEqual([name])
  })

  it('stay where they are taken while others are given up for want of memory', async () => {
    const { sandboxes, slow, ready, turns, containers, fill } = createStage()
    await ready(1)
    await ready(2)
    const [first, second = ''] = containers.keys()
    fill()
    await turns(SANDBOX_SELDOM_MS, () => slow.length === 1)
    expect(slow[0]?.name).toBe(first)
    expect(await sandboxes.take('web-0-a', 'net')).toMatchObject({ name: second })
    slow[0]?.done()
    await until(async () => containers.size === 1)
    expect(await sandboxes.take('web-1-a', 'net')).toBeUndefined()
    expect([...containers.keys()]).toEqual([second])
    expect(slow).toHaveLength(1)
  })

  it('are all that is removed for an instance, whatever name its labels say', async () => {
    const { sandboxes, slow, put, containers } = createStage()
    put('nextcloud-db', {})
    // As an image's own words would have it, of an instance of this node.
    put('web-0-a', { ...sandboxLabels(WHOSE, 'web-0-a'), 'org.mycelium.instance': 'web-0-a' })
    put('other', sandboxLabels(WHOSE, 'mycelium-net-1'))
    put('mycelium-net-2', sandboxLabels({ ...WHOSE, node: 'e'.repeat(64) }, 'mycelium-net-2'))
    put('mycelium-net-3', sandboxLabels(WHOSE, 'mycelium-net-3'))
    const names = [...containers.keys(), 'mycelium-net-1']
    const released = names.map((name) => sandboxes.release('web-0-a', name))
    await until(async () => slow.length > 0)
    for (const { done } of slow) done()
    await Promise.all(released)
    expect(slow.map(({ name }) => name)).toEqual(['mycelium-net-3'])
  })

  it('are made when somebody has removed the image without files', async () => {
    const { ready, removeImage } = createStage()
    await ready(1)
    removeImage()
    await ready(2)
  })
})
