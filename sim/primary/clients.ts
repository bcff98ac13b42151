/** People who write, compare, read, watch and hold leases, through whichever computer is up. */
import { assert, isCode, MyceliumError } from '../../node-core/base/errors/index.ts'
import { pick } from '../../node-core/base/random/index.ts'
import type { Hole, Operation, Value, WatchedChange, Written } from '../linearizability/index.ts'
import type { Life, Machine } from './machine.ts'
import type { World } from './world.ts'

export interface Clients {
  readonly history: Operation[]
  readonly writes: Written[]
  /** By watcher: one at each computer, which goes on where it broke off. */
  readonly watched: ReadonlyMap<string, readonly WatchedChange[]>
  /** What each of them was told that it cannot be told. */
  readonly holes: ReadonlyMap<string, readonly Hole[]>
  /** Up to which revision each of them knows what there was. */
  readonly toldTo: ReadonlyMap<string, number>
  start(): void
  stop(): void
  /** A watcher at a computer that has just started. */
  watch(machine: Machine, life: Life): void
  /** Whether it could be read there, within its own time. */
  read(machine: Machine, client: string, key: string): Promise<boolean>
  put(machine: Machine, client: string, key: string): Promise<boolean>
  readonly keys: readonly string[]
}

const CLIENTS = 4
const THINK_MS_MAX = 500
/** An answer that has not come by then comes no more: its computer is gone. */
const PATIENCE_MS = 7_000
const PREFIX = 'sim/load/'

interface Seen {
  value: Value
  revision: number
}

export function createClients(world: World): Clients {
  const { random } = world
  const keys = ['x', 'y', 'z'].map((name) => `${PREFIX}${name}`)
  const history: Operation[] = []
  const writes: Written[] = []
  const watched = new Map<string, WatchedChange[]>()
  const holes = new Map<string, Hole[]>()
  const toldTo = new Map<string, number>()
  let open = true
  let moment = 0
  let values = 0

  /** Undefined when nobody answered. */
  async function heard<T>(asked: Promise<T>): Promise<{ value: T } | { code: string } | undefined> {
    const answer = asked.then(
      (value) => ({ value }),
      (error: unknown) => {
        if (error instanceof MyceliumError) return { code: error.code }
        throw error
      },
    )
    return Promise.race([answer, world.sleep(PATIENCE_MS).then(() => undefined)])
  }

  async function write(machine: Machine, client: string, key: string, seen: Seen | undefined) {
    const value = `${client}.${values++}`
    const body = {
      ...{ key, value: Uint8Array.from(Buffer.from(value)) },
      ...(seen && { expect: seen.revision }),
    }
    // Kept before it is asked: when all is over it may still be under way.
    const span = { client, key, calledAt: moment++, answeredAt: undefined, value }
    const operation: Operation = seen
      ? { ...span, kind: 'cas', expected: seen.value, swapped: undefined }
      : { ...span, kind: 'put' }
    const written: Written = { key, value, outcome: 'unknown' }
    history.push(operation)
    writes.push(written)
    const answer = await heard(machine.life!.primary.execute({ kind: 'kv.put', body }))
    const outcome = outcomeOf(answer)
    if (outcome !== 'unknown') {
      operation.answeredAt = moment++
      if (operation.kind === 'cas') operation.swapped = outcome === 'acknowledged'
      written.outcome = outcome
    }
    if (answer && 'value' in answer) Object.assign(written, toldIn(answer.value))
    world.count(outcome === 'unknown' ? `write: ${told(answer)}` : `write: ${outcome}`)
    return outcome === 'acknowledged'
  }

  /** Where more lie than are borne, they agree on answers that no honest member gives. */
  function toldIn(value: unknown): { revision?: number } {
    const { revision } = (value ?? {}) as { revision?: number }
    assert(revision !== undefined || world.cast.overrun, 'A write was acknowledged without a word.')
    if (revision === undefined) world.count('write: made up')
    return revision === undefined ? {} : { revision }
  }

  async function read(machine: Machine, client: string, key: string): Promise<Seen | undefined> {
    const calledAt = moment++
    const answer = await heard(machine.life!.primary.key(key))
    const found = answer && 'value' in answer ? answer.value : undefined
    world.count(found ? 'read' : `read: ${told(answer)}`)
    if (!found) return undefined
    const value = found.row && Buffer.from(found.row.value).toString()
    history.push({ kind: 'read', client, key, calledAt, answeredAt: moment++, value })
    return { value, revision: found.row?.modRevision ?? 0 }
  }

  async function client(name: string): Promise<void> {
    const seen = new Map<string, Seen>()
    for (;;) {
      await world.sleep(random.int(THINK_MS_MAX) * world.leisure)
      if (!open) return
      const machine = pick(random, world.running())
      const key = pick(random, keys) as string
      if (!machine) continue
      const kind = random.int(10)
      if (kind >= 4) {
        await write(machine, name, key, kind < 7 ? seen.get(key) : undefined)
        continue
      }
      const found = await read(machine, name, key)
      if (found) seen.set(key, found)
    }
  }

  async function watch(machine: Machine, life: Life): Promise<void> {
    const { name } = machine
    const changes = watched.get(name) ?? []
    watched.set(name, changes)
    const from = (toldTo.get(name) ?? 0) + 1
    const { signal } = new AbortController()
    try {
      for await (const { revision: to, events } of life.primary.watch(PREFIX, { from, signal })) {
        if (machine.life !== life) return
        for (const { key, revision, row } of events) {
          changes.push({ key, revision, value: Buffer.from(row?.value ?? '').toString() })
        }
        toldTo.set(name, to)
      }
    } catch (error) {
      // Where no copy runs and nobody else is known, there is nothing to watch yet.
      if (machine.life !== life) return
      if (isCode(error, 'COMPACTED')) await lookAfresh(machine, life)
      else await world.sleep(THINK_MS_MAX)
      if (machine.life === life) await watch(machine, life)
    }
  }

  /** As a watcher does that is told that what it missed is forgotten: it reads what there is. */
  async function lookAfresh({ name }: Machine, life: Life): Promise<void> {
    world.count('watch: COMPACTED')
    const list = await heard(life.primary.keys(PREFIX))
    if (!list || !('value' in list)) return world.sleep(THINK_MS_MAX)
    const from = (toldTo.get(name) ?? 0) + 1
    const to = list.value.revision
    holes.set(name, [...(holes.get(name) ?? []), { from, to }])
    toldTo.set(name, to)
  }

  return {
    ...{ history, writes, watched, holes, toldTo, keys },
    start() {
      for (let n = 0; n < CLIENTS; n++) void client('abcd'.charAt(n))
    },
    stop() {
      open = false
    },
    watch: (machine, life) => void watch(machine, life),
    read: async (machine, name, key) => (await read(machine, name, key)) !== undefined,
    put: (machine, name, key) => write(machine, name, key, undefined),
  }
}

function outcomeOf(answer: { value: unknown } | { code: string } | undefined): Written['outcome'] {
  if (answer && 'value' in answer) return 'acknowledged'
  return answer?.code === 'REVISION_MISMATCH' ? 'refused' : 'unknown'
}

function told(answer: { value: unknown } | { code: string } | undefined): string {
  return answer && 'code' in answer ? answer.code : 'no answer'
}
