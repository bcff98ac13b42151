import { describe, expect, it } from 'vitest'
import { createSimClock } from '../node-core/base/clock/index.ts'
import { createSilentLogger } from '../node-core/base/log/index.ts'
import { createHandingOver } from './handing-over.ts'
import { HAND_OVER_PERIOD_MS, WORK_HERE_TIMEOUT_MS } from './limits.ts'
import type { NodeSession } from './node-session.ts'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const OWN = { self: true, status: 'Ready', role: 'rhizomorph', instances: 0 }
const OTHER = { self: false, status: 'Ready', role: 'rhizomorph', instances: 3 }

interface Told {
  kind?: NodeSession['kind']
  list?: () => Promise<{ nodes: object[] }>
}

function stage({ kind = 'hosted', list }: Told = {}) {
  const node: { own: object; others: object[]; slept: number } = {
    ...{ own: OWN, others: [OTHER], slept: 0 },
  }
  const client = {
    nodes: {
      list: list ?? (async () => ({ nodes: [...node.others, node.own] })),
      sleep: async () => {
        node.slept++
      },
    },
  }
  const clock = createSimClock()
  const handingOver = createHandingOver({
    keeper: {
      subscribe(listener) {
        listener({ kind, client } as unknown as NodeSession)
        return () => {}
      },
    },
    clock,
    logger: createSilentLogger(),
  })
  return { handingOver, node, clock }
}

describe('what a quit ends', () => {
  it('are the copies here, whoever could take them', async () => {
    const { handingOver, node } = stage()
    expect(await handingOver.look()).toBeUndefined()
    node.own = { ...OWN, instances: 2 }
    expect(await handingOver.look()).toEqual({ copies: 2, hasOthers: true })
    node.others = [
      { ...OTHER, status: 'NotReady' },
      { ...OTHER, role: 'hypha' },
    ]
    expect(await handingOver.look()).toEqual({ copies: 2, hasOthers: false })
  })

  it('is nothing of a node that runs on without the app', async () => {
    const { handingOver, node } = stage({ kind: 'attached' })
    node.own = { ...OWN, instances: 2 }
    expect(await handingOver.look()).toBeUndefined()
  })

  it('is no question where the node cannot say it, or not in time', async () => {
    const failing = stage({ list: () => Promise.reject(new Error('no network')) })
    expect(await failing.handingOver.look()).toBeUndefined()
    const silent = stage({ list: () => new Promise(() => {}) })
    const looked = silent.handingOver.look()
    await settled()
    silent.clock.advance(WORK_HERE_TIMEOUT_MS)
    expect(await looked).toBeUndefined()
  })
})

describe('a hand-over', () => {
  function begun(instances: number) {
    const staged = stage()
    staged.node.own = { ...OWN, instances }
    const left: number[] = []
    const leaving = new AbortController()
    const handed = { isDone: false }
    void staged.handingOver
      .handOver((copies) => left.push(copies), leaving.signal)
      .then(() => {
        handed.isDone = true
      })
    const pass = async (): Promise<void> => {
      await settled()
      staged.clock.advance(HAND_OVER_PERIOD_MS)
      await settled()
    }
    return { ...staged, left, leaving, handed, pass }
  }

  it('says once that this computer sleeps, and waits until nothing is left', async () => {
    const { node, left, handed, pass } = begun(2)
    await pass()
    node.own = { ...OWN, instances: 1 }
    await pass()
    expect(handed.isDone).toBe(false)
    node.own = { ...OWN, instances: 0 }
    await pass()
    expect([left, handed.isDone, node.slept]).toEqual([[2, 2, 1], true, 1])
  })

  it('does not wait for what keeps data here', async () => {
    const { node, left, handed, pass } = begun(1)
    node.own = { ...OWN, instances: 1, drain: { state: 'waiting', left: [] } }
    await pass()
    expect(handed.isDone).toBe(false)
    node.own = { ...OWN, instances: 1, drain: { state: 'allButData', left: [] } }
    await pass()
    expect([left, handed.isDone]).toEqual([[1, 1], true])
  })

  it('ends when it is waited for no longer', async () => {
    const { leaving, handed, pass } = begun(1)
    await pass()
    leaving.abort()
    await settled()
    expect(handed.isDone).toBe(true)
  })
})
