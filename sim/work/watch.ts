/** What must hold at every start and every end of a copy, and at every height of the registry. */
import { allRows, type RegistryView } from '../../node-core/control/registry/index.ts'
import type { StartRequest } from '../../node-core/work/runners/index.ts'
import { type Slot, slotOf } from '../../node-core/work/spec/index.ts'
import type { Computer, Life } from './computer.ts'
import { type Copy, createCopies, type Held, versionOf } from './copies.ts'
import { POLICIES } from './people.ts'
import type { World } from './world.ts'

export interface Watch {
  readonly failures: string[]
  onStart(computer: Computer, request: StartRequest): void
  onEnd(computer: Computer, held: Held): void
  onLife(computer: Computer, life: Life): void
  running(): Copy[]
}

/** What one life has been told. */
interface Told {
  height: number
  /** Until when each slot was this node's by its own copy of the registry; for ever, while it is. */
  mineUntilMs: Map<Slot, number>
  /** Until when it placed that workload by itself. */
  unboundUntilMs: Map<string, number>
}

const FAILURES_MAX = 5
/** From a decision to what comes of it: the engine is asked, an image is obtained. Milliseconds. */
const UNDERWAY_MS = 1_000

export function createWatch(world: () => World): Watch {
  const failures: string[] = []
  const copies = createCopies(() => world().computers)
  const told = new Map<Life, Told>()
  const states = new Map<number, { rows: string; by: string }>()
  /** When a slot was last beyond the number that is wanted, by the newest registry there is. */
  const letGoMs = new Map<Slot, number>()
  /** When work was last to leave a computer, by any. */
  let drainedMs = Number.NEGATIVE_INFINITY
  let heightMax = -1
  const startedMs = new Map<string, number>()

  const nowMs = (): number => world().clock.monotonicMs()
  function fail(what: string): void {
    if (failures.length < FAILURES_MAX) failures.push(`${Math.round(nowMs())} ms: ${what}`)
  }

  /** Whether this node may run a slot by what it knows, or might a moment ago. */
  function mayStart({ id, life }: Computer, workload: string, slot: Slot): boolean {
    const known = life && told.get(life)
    if (!life || !known) return true
    look(id, life, known)
    const sinceMs = nowMs() - UNDERWAY_MS
    const mine = known.mineUntilMs.get(slot) ?? Number.NEGATIVE_INFINITY
    const unbound = known.unboundUntilMs.get(workload) ?? Number.NEGATIVE_INFINITY
    return mine >= sinceMs || unbound >= sinceMs
  }

  /** Keeps what was told of who is to run what. */
  function look(id: Computer['id'], life: Life, known: Told): void {
    const committed = life.desired.committed()
    const now = nowMs()
    if (world().computers.some((one) => life.cordons.of(one).draining)) drainedMs = now
    const mine = new Set(
      [...(committed?.assignments ?? [])].flatMap(([slot, node]) => (node === id ? [slot] : [])),
    )
    for (const [slot, untilMs] of known.mineUntilMs) {
      if (untilMs === Number.POSITIVE_INFINITY && !mine.has(slot)) known.mineUntilMs.set(slot, now)
    }
    for (const slot of mine) known.mineUntilMs.set(slot, Number.POSITIVE_INFINITY)
    for (const name of Object.keys(POLICIES)) {
      if (!committed?.bound.has(name)) known.unboundUntilMs.set(name, now)
    }
  }

  function onHeight(computer: Computer, life: Life): void {
    const { role, height = 0 } = life.primary.status()
    const view = life.primary.view()
    const known = told.get(life)
    if (!view || !known) return
    look(computer.id, life, known)
    if (height === known.height) return
    known.height = height
    excuse(life, height)
    // Of a follower it runs ahead of its view for a moment when it takes over from a copy it gave up.
    if (role === 'none') return
    const rows = rowsOf(view)
    const before = states.get(height)
    if (!before) {
      states.set(height, { rows, by: computer.name })
      world().note(`${computer.name} ${height} ${toldOf(view, world())}`)
    } else if (before.rows !== rows) {
      fail(`${computer.name} at ${height}: ${rows}; ${before.by}: ${before.rows}`)
    }
  }

  /** Slots that may have a second copy: they were let go. */
  function excuse({ desired }: Life, height: number): void {
    const now = nowMs()
    if (height <= heightMax) return
    heightMax = height
    for (const name of Object.keys(POLICIES)) {
      const replicas = desired.get(name)?.workload.replicas ?? 0
      for (let index = replicas; index < SLOTS; index++) letGoMs.set(slotOf(name, index), now)
    }
  }

  /** Whether it need not be the only one, by anything said since it began. */
  function isLetGo({ id, slot }: Copy): boolean {
    const sinceMs = startedMs.get(id) ?? 0
    return (letGoMs.get(slot) ?? 0) >= sinceMs || drainedMs >= sinceMs
  }

  return {
    failures,
    running: copies.running,
    onStart(computer, request) {
      const { id, workload, index } = request
      const { name } = workload
      const slot = slotOf(name, index)
      const version = versionOf(workload)
      const others = copies.running().filter((one) => one.slot === slot && one.id !== id)
      const isAgain = startedMs.has(id)
      startedMs.set(id, nowMs())
      copies.began(request)
      world().note(`${computer.name} starts ${slot} ${version}`)
      const same = others.filter((one) => one.version === version)
      const here = same.find((one) => one.computer === computer)
      if (here) fail(`${computer.name} runs ${slot} of ${version} twice`)
      // In the place of an earlier version it may go on by itself, when nobody has said where for long.
      const isChange = others.some((one) => one.computer === computer)
      if (!isAgain && !isChange && !mayStart(computer, name, slot)) {
        fail(`${computer.name} starts ${slot}, which nobody has given it`)
      }
      const other = same.find((one) => !isLetGo(one))
      if (POLICIES[name] === 'keep' && other) {
        fail(`${computer.name} starts ${slot}, which is kept and runs on ${other.computer.name}`)
      }
    },
    onEnd(computer, held) {
      const copy = copies.of(computer, held)
      const { slot, workload: name, index, version } = copy
      world().note(`${computer.name} ends ${slot} ${version}`)
      const { life } = computer
      const known = life && told.get(life)
      if (life && known) look(computer.id, life, known)
      const wanted = life?.desired.get(name)?.workload
      if (!life || !wanted || index >= wanted.replicas || versionOf(wanted) !== version) return
      if (POLICIES[name] === 'stop' || isLetGo(copy)) return
      const others = copies.running().filter((one) => one.slot === slot && one.id !== copy.id)
      if (others.length === 0) fail(`${computer.name} ends ${slot}, which runs nowhere else`)
    },
    onLife(computer, life) {
      const known = { height: -1, mineUntilMs: new Map(), unboundUntilMs: new Map() }
      told.set(life, known)
      let looks = false
      const soon = (): void => {
        if (looks) return
        looks = true
        // In the midst of applying, the copy is ahead of the height that is told of it.
        world().clock.timer(0, () => {
          looks = false
          if (computer.life === life) onHeight(computer, life)
        })
      }
      life.primary.subscribe(soon)
      life.desired.subscribe(soon)
      life.membership.subscribe(({ id, liveness }, previous) => {
        if (liveness !== previous) world().note(`${computer.name} ${id.slice(0, 6)} ${liveness}`)
      })
    },
  }
}

const SLOTS = 8

/** All that work hangs on. */
export function rowsOf(view: RegistryView): string {
  const workloads = allRows((page) => view.workloads(page)).map(([name, row]) => {
    return [name, row.generation, Buffer.from(row.spec).toString('base64')]
  })
  const assignments = allRows((page) => view.assignments('', page))
  const nodes = allRows((page) => view.nodes(page)).map(([id]) => id)
  return JSON.stringify([workloads, assignments, view.cordons(), nodes, view.voters])
}

/** Who has what, for people. */
function toldOf(view: RegistryView, { computers }: World): string {
  const nameOf = (id: string): string => computers.find((one) => one.id === id)?.name ?? id
  const given = allRows((page) => view.assignments('', page))
  const versions = Object.keys(POLICIES).map((name) => `${name}:${view.workload(name)?.generation}`)
  return `${versions} ${given.map(([slot, { node }]) => `${slot}=${nameOf(node)}`)}`
}
