/** What a node says it runs, and for whom. */
import { describe, expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { Availability, Runner } from '../runners/index.ts'
import { createSimEngine } from '../runners/index.ts'
import type { WorkloadKind } from '../spec/index.ts'
import { createEngines } from './engines.ts'
import { WITHDRAW_KIND_AFTER_MS } from './limits.ts'

const clock = createSimClock()

function runnerOf(kind: WorkloadKind, available: Availability): Runner {
  const engine = createSimEngine({ clock })
  return {
    ...engine.runner({ node: 'here' }),
    kind,
    available: async () => available,
    list: async () => [],
  }
}

async function announced(
  strangers: readonly WorkloadKind[],
  programs: Availability,
): Promise<{ said: unknown; why: string | undefined }> {
  const process = runnerOf('process', programs)
  const said: unknown[] = []
  const engines = createEngines({
    runners: { container: runnerOf('container', { ok: true }), process },
    membership: { announce: async (change) => void said.push(change) },
    ...{ clock, logger: createMemoryLogger(), strangers, onList: () => {} },
  })
  await engines.start()
  const why = engines.keptToOwner(process)
  await engines.stop({ withdraw: false })
  return { said: said.at(-1), why: why && `${why.code}: ${why.message}` }
}

describe('what a node offers', () => {
  test('is withdrawn in time though its engine is looked for again and again', async () => {
    let up = true
    const container: Runner = {
      ...runnerOf('container', { ok: true }),
      available: async () => (up ? { ok: true } : { ok: false, code: 'GONE', message: 'Gone.' }),
    }
    const said: unknown[] = []
    const engines = createEngines({
      runners: { container },
      membership: { announce: async ({ kinds }) => void said.push(kinds) },
      ...{ clock, logger: createMemoryLogger(), strangers: [], onList: () => {} },
    })
    await engines.start()
    up = false
    for (let passed = 0; passed <= WITHDRAW_KIND_AFTER_MS; passed += 1_000) {
      await engines.sense()
      clock.advance(1_000)
    }
    up = true
    await engines.sense()
    await engines.stop({ withdraw: false })
    expect(said).toEqual([['container'], [], ['container']])
  })

  test('is offered again once a returning engine has said what runs, and nothing is started before', async () => {
    let up = false
    const list = Promise.withResolvers<[]>()
    const container: Runner = {
      ...runnerOf('container', { ok: true }),
      available: async () => (up ? { ok: true } : { ok: false, code: 'GONE', message: 'Gone.' }),
      list: () => list.promise,
    }
    const said: unknown[] = []
    const goneAtList: unknown[] = []
    const engines = createEngines({
      runners: { container },
      membership: { announce: async ({ kinds }) => void said.push(kinds) },
      ...{ clock, logger: createMemoryLogger(), strangers: [] },
      onList: (runner) => goneAtList.push(engines.gone(runner)),
    })
    await engines.start()
    up = true
    const sensed = engines.sense()
    await new Promise(setImmediate)
    expect([engines.gone(container)?.code, said]).toEqual(['GONE', [[]]])
    list.resolve([])
    await sensed
    await engines.stop({ withdraw: false })
    expect([engines.gone(container), goneAtList, said]).toEqual([
      undefined,
      [undefined],
      [[], ['container']],
    ])
  })

  test('is nothing while an engine answers and does not say what runs', async () => {
    const container: Runner = {
      ...runnerOf('container', { ok: true }),
      list: () => Promise.reject(new Error('Too busy.')),
    }
    const said: unknown[] = []
    const engines = createEngines({
      runners: { container },
      membership: { announce: async ({ kinds }) => void said.push(kinds) },
      ...{ clock, logger: createMemoryLogger(), strangers: [], onList: () => {} },
    })
    await engines.start()
    await engines.stop({ withdraw: false })
    expect([engines.gone(container)?.code, said]).toEqual(['ENGINE_UNAVAILABLE', [[]]])
  })

  test('is for strangers only what its owner lets them run', async () => {
    const { said, why } = await announced(['container'], { ok: true, lacks: [] })
    expect(said).toEqual({ kinds: ['container', 'process'], strangers: ['container'] })
    expect(why).toBe('STRANGERS_REFUSED: The owner of this node keeps programs to its own.')
  })

  test('is for strangers only what can be bounded, whatever its owner says', async () => {
    const open = ['container', 'process'] as const
    const bounded = await announced(open, { ok: true, lacks: [] })
    expect(bounded).toEqual({ said: { kinds: [...open], strangers: [...open] }, why: undefined })
    const { said, why } = await announced(open, { ok: true, lacks: ['memory', 'files'] })
    expect(said).toEqual({ kinds: [...open], strangers: ['container'] })
    expect(why).toMatch(/^STRANGERS_REFUSED: .*their memory, which files they see\.$/)
  })
})
