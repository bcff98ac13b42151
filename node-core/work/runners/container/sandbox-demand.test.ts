import { describe, expect, it } from 'vitest'
import { SANDBOX_KEEP_MS } from './limits.ts'
import { comparedWith, type SandboxDemand, stillWanted, withDemand } from './sandbox-demand.ts'

const started = (network: string, atMs = 0): SandboxDemand => ({ network, resolves: false, atMs })
const names = (some: readonly { network: string }[]): string =>
  some.map(({ network }) => network).join(' ')

describe('networks made ahead', () => {
  it('are wanted for the last starts, and for no more than are kept', () => {
    let demands: readonly SandboxDemand[] = []
    for (const network of ['a', 'b', 'b', 'c']) demands = withDemand(demands, started(network), 3)
    expect(names(demands)).toBe('b b c')
    expect(withDemand(demands, started('a'), 0)).toEqual([])
  })

  it.each([
    ['some time after the last start', SANDBOX_KEEP_MS - 1, false, 'a b'],
    ['long after it, while work runs', SANDBOX_KEEP_MS + 9, true, 'b'],
    ['long after it, without work', SANDBOX_KEEP_MS + 9, false, ''],
    ['long after the one before it', SANDBOX_KEEP_MS, false, 'b'],
  ])('%s are as many', (_, nowMs, works, wanted) => {
    const demands = [started('a'), started('b', 5)]
    expect(names(stillWanted(demands, { nowMs, works }))).toBe(wanted)
  })

  it('are made one by one, and given up where nothing wants them', () => {
    const ready = ['a', 'b', 'b'].map((network) => ({ network }))
    const wanted = [started('b'), started('c'), started('d')]
    const { surplus, lacking } = comparedWith(ready, wanted)
    expect([names(surplus), lacking?.network]).toEqual(['a b', 'c'])
    expect(comparedWith(ready, [])).toEqual({ surplus: ready, lacking: undefined })
  })
})
