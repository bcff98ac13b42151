import { describe, expect, it } from 'vitest'
import type { Status, WorkloadView } from '../node-core/api/contract/index.ts'
import { TEXT } from './text.ts'
import { trayMenuOf } from './tray-menu.ts'

const NETWORK = {
  id: 'n',
  name: 'Garden',
  consensus: 'raft' as const,
  createdAt: '2026-11-20T00:00:00Z',
}

const status = (change: Partial<Status> = {}): Status =>
  ({ network: NETWORK, peers: 2, degraded: [], ...change }) as Status

const workload = (name: string): WorkloadView =>
  ({ name, replicas: 3, running_instances: 2 }) as WorkloadView

const running = (of: Status, names: string[] = []) =>
  trayMenuOf({ phase: 'running', status: of, workloads: names.map(workload) })

describe('the tray', () => {
  it('says in a word how the node is', () => {
    expect(trayMenuOf({ phase: 'starting' }).state).toBe(TEXT.state.starting)
    const handing = (left: number) => trayMenuOf({ phase: 'handingOver', left }).state
    expect(handing(2)).toBe('Handing work over, 2 copies left')
    expect(handing(1)).toBe('Handing work over, 1 copy left')
    expect(trayMenuOf({ phase: 'down' })).toMatchObject({ icon: 'attention' })
    expect(running(status()).state).toBe('Running, 2 peers')
    expect(running(status({ peers: 1 })).state).toBe('Running, 1 peer')
    expect(running(status({ peers: 0 })).state).toBe(TEXT.state.alone)
    const { network: _none, ...before } = status()
    expect(running(before).state).toBe(TEXT.state.noNetwork)
    expect(running(before).runs).toEqual([])
  })

  it('says of a network that has yet to start that it does, or why not', () => {
    const { network: _none, ...before } = status({ starting: 'Garden' })
    expect(running(before)).toMatchObject({ state: 'Garden is starting', icon: 'calm' })
    const degraded = [{ code: 'NETWORK_NOT_STARTED', message: 'Port 4000 is taken.' }]
    expect(running({ ...before, degraded })).toMatchObject({
      ...{ state: 'Garden does not start: Port 4000 is taken.', icon: 'attention', runs: [] },
    })
  })

  it('waits to be let in no longer than it asks', () => {
    const { network: _none, ...before } = status()
    const awaiting = { network: 'n', name: 'Garden', since: '2026-11-20T00:00:00Z' }
    expect(running({ ...before, awaitingApproval: awaiting })).toMatchObject({
      ...{ state: TEXT.state.waiting, icon: 'calm' },
    })
    const refused = { code: 'TURNED_AWAY', message: 'Not now.' }
    expect(running({ ...before, awaitingApproval: { ...awaiting, refused } })).toMatchObject({
      ...{ state: 'Garden did not let this computer in', icon: 'attention' },
    })
  })

  it('asks for attention with the first reason', () => {
    const degraded = [{ code: 'ENGINE_DOWN', message: 'Docker does not answer.' }]
    const menu = running(status({ degraded }))
    expect(menu.icon).toBe('attention')
    expect(menu.state).toContain('Docker does not answer.')
  })

  it('names five of what runs and counts the rest', () => {
    expect(running(status()).runs.map(({ label }) => label)).toEqual([TEXT.tray.nothingRuns])
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const labels = running(status(), names).runs.map(({ label }) => label)
    expect(labels).toHaveLength(6)
    expect(labels[0]).toBe('a: 2 of 3 run')
    expect(labels[5]).toBe('and 2 more')
  })

  it('counts nothing of what is not due yet', () => {
    const backup: WorkloadView = { ...workload('backup'), status: 'Scheduled' }
    const { runs } = trayMenuOf({ phase: 'running', status: status(), workloads: [backup] })
    expect(runs.map(({ label }) => label)).toEqual(['backup: waits for its next run'])
  })
})
