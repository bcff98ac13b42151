/** What the Primary tells whoever measures it: where it stands, and what this node writes to it. */
import type { Metrics } from '../../base/metrics/index.ts'
import type { PrimaryCounts } from '../../control/primary/index.ts'
import type { NetworkParts } from './index.ts'

const NOTHING: PrimaryCounts = {
  ...{ commands: 0, batches: 0, failures: 0, seconds: 0, waiting: 0, logBytes: 0 },
  behind: [],
}

/** Counts begin anew with each network; what is told goes on. */
export function primaryCollector(metrics: Metrics): (parts: NetworkParts | undefined) => void {
  const inForce = metrics.gauge('mycelium_primary_in_force', '1 while a majority is in reach.')
  const role = metrics.gauge('mycelium_primary_role', 'Always 1; the label says which.')
  const term = metrics.gauge('mycelium_primary_term', 'Goes up with every election.')
  const view = metrics.gauge('mycelium_primary_view', 'Simplex: goes up with every turn to lead.')
  const height = metrics.gauge('mycelium_primary_height', 'The last entry applied here.')
  const voters = metrics.gauge('mycelium_primary_voters', 'Nodes that vote.')
  const log = metrics.gauge('mycelium_primary_log_bytes', 'The log on this computer’s disk.')
  const behind = metrics.gauge(
    'mycelium_primary_behind_entries',
    'What a member lacks, by its leader.',
  )
  const waiting = metrics.gauge('mycelium_primary_waiting_commands', 'Commands not yet sealed.')
  const commands = metrics.counter('mycelium_primary_commands_total', 'Commands answered.')
  const failures = metrics.counter('mycelium_primary_failures_total', 'Commands without an answer.')
  const batches = metrics.counter('mycelium_primary_batches_total', 'Batches answered.')
  const seconds = metrics.counter(
    'mycelium_primary_batch_seconds_total',
    'Time from a batch’s sealing to its answer; with the batches, their mean.',
  )
  let primary: NetworkParts['primary'] | undefined
  let told = NOTHING
  return (parts) => {
    if (primary !== parts?.primary) told = NOTHING
    primary = parts?.primary
    const status = primary?.status()
    const counts = primary?.counts() ?? NOTHING
    inForce.set(status?.inForce ? 1 : 0)
    role.clear()
    role.set(1, { role: status?.role ?? 'none' })
    term.set(status?.committee?.term ?? 0)
    view.set(status?.view ?? 0)
    height.set(status?.height ?? 0)
    voters.set(status?.committee?.voters.length ?? 0)
    log.set(counts.logBytes)
    waiting.set(counts.waiting)
    behind.clear()
    for (const { node, entries } of counts.behind) behind.set(entries, { node })
    commands.add(counts.commands - told.commands)
    failures.add(counts.failures - told.failures)
    batches.add(counts.batches - told.batches)
    seconds.add(counts.seconds - told.seconds)
    told = counts
  }
}
