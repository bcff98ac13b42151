/** What the tray says: one word of state, and the first few things that run. Pure. */
import type { Status, WorkloadView } from '../node-core/api/contract/index.ts'
import { TRAY_WORKLOADS_MAX } from './limits.ts'
import { TEXT } from './text.ts'

/** What is known of the node; undefined while it starts. */
export type NodeView =
  | { phase: 'starting' | 'stopping' | 'down' }
  /** How many copies are left. */
  | { phase: 'handingOver'; left: number }
  | { phase: 'running'; status: Status; workloads: readonly WorkloadView[] }

export interface TrayMenuItem {
  id: string
  label: string
  enabled: boolean
}

export interface TrayMenu {
  /** The first line, also the tooltip. */
  state: string
  icon: 'calm' | 'attention'
  runs: TrayMenuItem[]
}

export function trayMenuOf(view: NodeView): TrayMenu {
  if (view.phase === 'handingOver') {
    return { state: TEXT.state.handingOver(view.left), icon: 'calm', runs: [] }
  }
  if (view.phase !== 'running') {
    const icon = view.phase === 'down' ? 'attention' : 'calm'
    return { state: TEXT.state[view.phase], icon, runs: [] }
  }
  const { status, workloads } = view
  const needsAttention =
    status.degraded.length > 0 || status.awaitingApproval?.refused !== undefined
  return {
    state: stateOf(status),
    icon: needsAttention ? 'attention' : 'calm',
    runs: status.network ? runsOf(workloads) : [],
  }
}

function stateOf(status: Status): string {
  const first = status.degraded[0]
  const waiting = status.awaitingApproval
  if (waiting?.refused) return TEXT.state.turnedAway(waiting.name)
  if (waiting) return TEXT.state.waiting
  if (!status.network && status.starting !== undefined) {
    const { notStarted, startingNetwork } = TEXT.state
    return first ? notStarted(status.starting, first.message) : startingNetwork(status.starting)
  }
  if (!status.network) return TEXT.state.noNetwork
  if (first) return `${TEXT.state.degraded}: ${first.message}`
  return status.peers === 0 ? TEXT.state.alone : TEXT.state.connected(status.peers)
}

function runsOf(workloads: readonly WorkloadView[]): TrayMenuItem[] {
  const line = (id: string, label: string): TrayMenuItem => ({ id, label, enabled: false })
  if (workloads.length === 0) return [line('runs-nothing', TEXT.tray.nothingRuns)]
  const named = workloads.slice(0, TRAY_WORKLOADS_MAX)
  const items = named.map(({ name, status, running_instances, replicas }) => {
    const isDue = status === 'Scheduled'
    const runs = TEXT.tray.runs(name, running_instances, replicas)
    return line(`runs-${name}`, isDue ? TEXT.tray.waits(name) : runs)
  })
  const left = workloads.length - named.length
  return left > 0 ? [...items, line('runs-more', TEXT.tray.more(left))] : items
}
