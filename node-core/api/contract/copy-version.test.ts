import { describe, expect, it } from 'vitest'
import { type Changing, copyVersion } from './copy-version.ts'
import type { InstanceView } from './workload-views.ts'

const copy = (shape: Partial<InstanceView> = {}): InstanceView => ({
  ...{ id: 'web-0-abcdef', index: 0, node: 'ada', nodeName: 'ada', restarts: 0, lost: false },
  ...{ status: 'Running', health: 'healthy' },
  ...shape,
})
const old = (shape: Partial<InstanceView> = {}) => copy({ ...shape, earlier: true })

function said(
  instances: InstanceView[],
  rollout: Partial<Changing['rollout']> = {},
  code?: string,
) {
  const conditions = code === undefined ? [] : [{ code, message: '' }]
  const rules = { kind: 'rolling', atOnce: 1, paused: false, ...rollout } as const
  const of = { instances, replicas: 1, rollout: rules, conditions }
  return instances.map((one) => copyVersion(one, of))
}

describe('which version a copy is of', () => {
  it('is not said while all are of the same', () => {
    expect(said([copy(), copy({ index: 1 })])).toEqual([undefined, undefined])
  })

  it('is said of each while a change is under way', () => {
    expect(said([old(), copy({ status: 'Starting' })])).toEqual(['oldLeaves', 'fresh'])
  })

  it('does not say again that one waits: its state does', () => {
    expect(said([old(), copy({ status: 'Pending' })])[1]).toBe('fresh')
  })

  it('does not call leaving what stays: where the change is held, or has its share', () => {
    expect(said([old(), copy()], { paused: true })[0]).toBe('old')
    expect(said([old(), copy()], { kind: 'canary' })[0]).toBe('old')
    expect(said([old({ status: 'Stopping' }), copy()], { kind: 'canary' })[0]).toBe('oldLeaves')
  })

  it('names which of two colours serves', () => {
    const colours = { kind: 'blueGreen' } as const
    const begins = copy({ health: 'unknown' })
    const cold = copy({ warmsUntil: '2026-11-20T10:00:00.000Z' })
    for (const fresh of [begins, cold]) {
      expect(said([old(), fresh], colours)).toEqual(['oldServes', 'fresh'])
    }
    expect(said([old(), copy()], colours)).toEqual(['oldLeaves', 'freshServes'])
    expect(said([old(), copy()], { ...colours, paused: true })).toEqual(['oldServes', 'fresh'])
    expect(said([old({ lost: true }), cold], colours)[1]).toBe('freshServes')
  })

  it('calls taken back what was on trial, and not old', () => {
    const seen = said([old(), copy()], { kind: 'canary' }, 'CANARY_TAKEN_BACK')
    expect(seen).toEqual(['takenBack', undefined])
  })
})
