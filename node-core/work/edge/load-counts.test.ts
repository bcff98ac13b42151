import { describe, expect, it } from 'vitest'
import type { Endpoint } from './index.ts'
import { VERSIONS_KEPT_MAX } from './limits.ts'
import { createLoadCounts } from './load-counts.ts'

const endpoint = (version: string): Endpoint => ({
  ...{ workload: 'web', instance: 'web-0', node: 'n' as Endpoint['node'], version },
  ...{ containerPort: 80, hostPort: 1, healthy: true },
})
const [one, two] = [endpoint('one'), endpoint('two')]

describe('what requests come to', () => {
  it('is counted by version, failed attempts and bad answers among the errors', () => {
    const load = createLoadCounts()
    load.answered(one, 3, false)
    load.answered(one, 70, true)
    load.failed(one)
    load.answered(two, 1e9, false)
    const { versions } = load.all().get('web')!
    expect(versions.get('one')).toMatchObject({ answers: 3, errors: 2 })
    expect([...(versions.get('one')?.latencies ?? [])]).toEqual([
      [3, 1],
      [72, 1],
    ])
    expect(versions.get('two')?.latencies.get(3_600_000)).toBe(1)
  })

  it('knows how long at least one took that had its whole time and gave no answer', () => {
    const load = createLoadCounts()
    load.failed(one, 70)
    expect(load.all().get('web')?.versions.get('one')).toEqual({
      ...{ answers: 1, errors: 1 },
      latencies: new Map([[72, 1]]),
    })
  })

  it('says what is open, never below nothing', () => {
    const load = createLoadCounts()
    load.begin(one)
    load.begin(two)
    load.end(one)
    expect(load.all().get('web')?.open).toBe(1)
    load.end(one)
    load.end(one)
    expect(load.all().get('web')?.open).toBe(0)
  })

  it('forgets the oldest of many versions', () => {
    const load = createLoadCounts()
    for (let at = 0; at <= VERSIONS_KEPT_MAX; at++) load.answered(endpoint(`v${at}`), 1, false)
    expect([...load.all().get('web')!.versions.keys()]).not.toContain('v0')
  })

  it('calls once for what comes next of what it was asked for, and at each begin and end of waiting', () => {
    const load = createLoadCounts()
    const said: string[] = []
    load.onNext(new Set(['other']), () => said.push('other'))
    load.begin(one)
    load.onNext(new Set(['web']), () => said.push('next'))
    load.onWaits(() => said.push('waits'))
    load.begin(one)
    load.end(one)
    load.waits('web', 1)
    load.waits('web', 2)
    load.waits('web', 0)
    expect(said).toEqual(['next', 'waits', 'waits'])
  })
})
