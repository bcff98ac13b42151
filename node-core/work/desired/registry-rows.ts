/** Workloads and assignments of this node's copy of the registry, each parsed once. */
import { decode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Primary } from '../../control/primary/index.ts'
import { allRows } from '../../control/registry/index.ts'
import type { JobRecord } from '../jobs/index.ts'
import {
  copiesOf,
  type DesiredWorkload,
  parseSlot,
  parseStoredWorkload,
  type Slot,
  slotOf,
} from '../spec/index.ts'
import type { PastWorkload } from './index.ts'

type View = NonNullable<ReturnType<Primary['view']>>
type Row = NonNullable<ReturnType<View['workload']>>

export interface RegistryRows {
  workloads(view: View): readonly DesiredWorkload[]
  workload(view: View, name: string): DesiredWorkload | 'unreadable' | undefined
  assignments(view: View): ReadonlyMap<Slot, NodeId>
  /** Undefined for what is none of the registry's. */
  job(view: View, name: string): JobRecord | undefined
  /** The latest first; without those that cannot be read here. */
  past(view: View, name: string): PastWorkload[]
}

export function createRegistryRows(onUnreadable: (name: string) => void): RegistryRows {
  // Rows are replaced, never changed.
  const known = new WeakMap<Row, DesiredWorkload | 'unreadable'>()
  /** The same with what was decided about it. */
  const steered = new WeakMap<Row, { by: unknown[]; desired: DesiredWorkload }>()
  let listed: { marks: object[]; workloads: DesiredWorkload[] } | undefined
  let jobs: { marks: object[]; records: Map<string, JobRecord> } | undefined
  let assigned: { mark: object; assignments: Map<Slot, NodeId> } | undefined

  function parsed(view: View, name: string, row: Row): DesiredWorkload | 'unreadable' {
    let desired = known.get(row)
    if (desired === undefined) {
      desired = read(view, name, row) ?? 'unreadable'
      known.set(row, desired)
      if (desired === 'unreadable') onUnreadable(name)
    }
    return desired
  }

  function wantedNow(view: View, name: string, row: Row): DesiredWorkload | 'unreadable' {
    const asked = parsed(view, name, row)
    if (asked === 'unreadable') return asked
    const [scaled, canary] = [view.scaled(name), view.canary(name)]
    const { workload } = asked
    const copies = copiesOf(workload, scaled)
    if (!scaled && !canary && copies === workload.replicas) return asked
    const before = steered.get(row)
    if (before?.by[0] === scaled && before?.by[1] === canary && before) return before.desired
    const desired = {
      ...{ ...asked, workload: { ...workload, replicas: copies } },
      // What was decided says nothing of none.
      ...(scaled && workload.autoscale && !workload.paused && { scaled }),
      ...(canary && { canary }),
    }
    steered.set(row, { by: [scaled, canary], desired })
    return desired
  }

  return {
    workloads(view) {
      const marks = [view.markOf('workloads'), view.markOf('scaled'), view.markOf('canaries')]
      if (listed?.marks.every((mark, at) => mark === marks[at])) return listed.workloads
      const rows = allRows((page) => view.workloads(page))
      const workloads = rows.flatMap(([name, row]) => {
        const desired = wantedNow(view, name, row)
        return desired === 'unreadable' ? [] : [desired]
      })
      listed = { marks, workloads }
      return workloads
    },
    workload(view, name) {
      const row = view.workload(name)
      return row && wantedNow(view, name, row)
    },
    job(view, name) {
      if (!view.workload(name)) return undefined
      const marks = [view.markOf('runs'), view.markOf('attempts'), view.markOf('workloads')]
      if (!jobs?.marks.every((mark, at) => mark === marks[at])) jobs = { marks, records: new Map() }
      const known = jobs?.records.get(name)
      if (known) return known
      const record = { runs: view.runs(name), attempts: new Map(view.attempts(name)) }
      jobs?.records.set(name, record)
      return record
    },
    past: (view, name) =>
      view
        .past(name)
        // Kept for a change that was refused then: it is what is wanted still.
        .filter(({ generation }) => generation !== view.workload(name)?.generation)
        .flatMap((row) => {
          const desired = read(view, name, row)
          return desired ? [{ ...desired, by: row.by, untilMs: row.untilMs }] : []
        })
        .reverse(),
    assignments(view) {
      const mark = view.markOf('assignments')
      if (assigned?.mark === mark) return assigned.assignments
      const rows = allRows((page) => view.assignments('', page))
      const assignments = new Map(
        rows.flatMap(([key, { node }]): [Slot, NodeId][] => {
          const slot = parseSlot(key)
          return slot ? [[slotOf(slot.workload, slot.index), node]] : []
        }),
      )
      assigned = { mark, assignments }
      return assignments
    },
  }
}

/** Undefined for what a newer version wrote. */
function read(view: View, name: string, { generation, spec }: Row): DesiredWorkload | undefined {
  const owner = view.ownerOf(name)
  const workload = parseStoredWorkload(decodeOrNothing(spec))
  if (!workload || !owner || workload.name !== name) return undefined
  return { workload, owner, generation }
}

function decodeOrNothing(bytes: Uint8Array): unknown {
  try {
    return decode(bytes)
  } catch (error) {
    if (error instanceof MyceliumError) return undefined
    throw error
  }
}
