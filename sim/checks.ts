/** What must hold: all the time, and once the network has healed. */
import type { StateChange, StateRecord } from '../node-core/control/state/index.ts'
import { desiredOf } from '../node-core/work/spec/index.ts'
import type { World, WorldNode } from './world.ts'

/** Seen on one node as it happens: a name that was ended comes back only as a later word. */
export function resurrection(change: StateChange): string | undefined {
  const { key, record, previous } = change
  if (!key.startsWith('net/') || previous?.value !== undefined || !previous) return undefined
  if (record.value === undefined || isLater(record, previous)) return undefined
  return `${key} came back: ${told(record)} over the tombstone ${told(previous)}`
}

/** Every node holds the same map. */
export function oneMap(world: World): string[] {
  const hashes = new Map<string, string[]>()
  for (const { name, life } of world.nodes) {
    const hash = life?.state.hash() ?? 'down'
    hashes.set(hash, [...(hashes.get(hash) ?? []), name])
  }
  if (hashes.size === 1) return []
  return [...hashes].map(([hash, names]) => `map ${hash.slice(0, 8)} on ${names.join(', ')}`)
}

/** Nobody holds a node that runs for anything but alive. */
export function allAlive(world: World): string[] {
  return world.nodes.flatMap(({ name, life }) =>
    world.nodes.flatMap((other) => {
      const liveness = life?.membership.get(other.id)?.liveness
      return liveness === 'alive' ? [] : [`${name} holds ${other.name} ${liveness}`]
    }),
  )
}

/** What was acknowledged stands, or something later does. */
export function nothingLost(world: World, acknowledged: readonly StateRecord[]): string[] {
  const state = world.nodes[0]?.life?.state
  return acknowledged.flatMap((record) => {
    const final = state?.get(record.key)
    if (final && !isLater(record, final)) return []
    return [`${record.key} ${told(record)} was acknowledged, and ${told(final)} stands`]
  })
}

/** Each slot that is wanted runs once; nothing else runs. */
export function slotsOnce(world: World): string[] {
  const state = world.nodes[0]?.life?.state
  const wanted = new Map<string, number>()
  for (const record of state?.list('net/workload/') ?? []) {
    const desired = desiredOf(record)
    for (let index = 0; index < (desired?.workload.replicas ?? 0); index++) {
      wanted.set(`${desired?.workload.name}/${index}`, 0)
    }
  }
  const wrong: string[] = []
  for (const slot of world.nodes.flatMap(runningSlots)) {
    const count = wanted.get(slot)
    if (count === undefined) wrong.push(`${slot} runs and nobody wants it`)
    else wanted.set(slot, count + 1)
  }
  for (const [slot, count] of wanted) if (count !== 1) wrong.push(`${slot} runs ${count} times`)
  return wrong
}

function runningSlots({ engine }: WorldNode): string[] {
  return [...engine.held.values()]
    .filter(({ running }) => running.state === 'running')
    .map(({ running }) => `${running.workload}/${running.index}`)
}

/** By the order of `net/` keys of one owner: generation, author, place in the stream. */
function isLater(left: StateRecord, right: StateRecord): boolean {
  if (left.generation !== right.generation) return left.generation > right.generation
  if (left.author !== right.author) return left.author > right.author
  if (left.incarnation !== right.incarnation) return left.incarnation > right.incarnation
  return left.counter > right.counter
}

function told(record: StateRecord | undefined): string {
  if (!record) return 'nothing'
  const what = record.value === undefined ? 'ended' : 'set'
  return `${what} as generation ${record.generation} by ${record.author.slice(0, 6)}`
}
