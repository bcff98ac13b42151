/** Of which workloads is told where a record has no room for all of them. Pure. */
import type { EdgeLoad } from '../edge/index.ts'
import { TOLD_BYTES_MAX, TOLD_WORKLOADS_MAX } from './limits.ts'

/** Of one workload and one version, beside their names: names of fields, and numbers of nine bytes. */
const WORKLOAD_BYTES = 52
const VERSION_BYTES = 52

export interface Turns {
  /** By workload, all that could be told now. In a later round whoever was left out comes first. */
  next(all: ReadonlyMap<string, EdgeLoad>): Round
}

export interface Round {
  told: ReadonlyMap<string, EdgeLoad>
  /** How many of whom there is news have to wait for their turn. */
  late: number
}

export function createTurns(): Turns {
  /** As it was told last, and the last round with news of it. */
  let known = new Map<string, { text: string; round: number }>()
  let round = 0

  function rank([name, load]: [string, EdgeLoad]) {
    const text = JSON.stringify([load.open, load.waiting, ...load.versions])
    const before = known.get(name)
    const last = before?.round ?? 0
    const isNews = load.open > 0 || before?.text !== text
    const rank = load.waiting > 0 ? 0 : isNews ? 1 : 2
    // Without news it stays for as long as there is room: others may have missed what was told of it.
    return { name, rank, order: rank < 2 ? last : -last, bytes: bytesOf(name, load), text, last }
  }

  return {
    next(all) {
      round++
      const ranked = [...all].map(rank)
      ranked.sort((one, other) => one.rank - other.rank || one.order - other.order)
      const before = known
      known = new Map()
      const chosen = new Set<string>()
      let bytesOfAll = 0
      let late = 0
      for (const { name, rank, bytes, text, last } of ranked) {
        const hasRoom = chosen.size < TOLD_WORKLOADS_MAX && bytesOfAll + bytes <= TOLD_BYTES_MAX
        const earlier = before.get(name)
        if (hasRoom) {
          chosen.add(name)
          bytesOfAll += bytes
          known.set(name, { text, round: rank < 2 ? round : last })
        } else {
          if (rank < 2) late++
          if (earlier) known.set(name, earlier)
        }
      }
      // As they come, whatever their rank: another order would be a word of its own.
      return { told: new Map([...all].filter(([name]) => chosen.has(name))), late }
    },
  }
}

/** What it comes to in a record at most. */
function bytesOf(name: string, { versions }: EdgeLoad): number {
  const each = [...versions].map(([version, { latencies }]) => {
    const classes = [...latencies].map(classBytes)
    return VERSION_BYTES + version.length + classes.reduce((sum, bytes) => sum + bytes, 0)
  })
  return each.reduce((sum, bytes) => sum + bytes, WORKLOAD_BYTES + name.length)
}

/** Its bound is a text, its count a number of five bytes or of nine. */
function classBytes([boundMs, count]: [number, number]): number {
  return 1 + `${boundMs}`.length + (count < 2 ** 32 ? 5 : 9)
}

/** As many as there is room for; others with each turn. */
export function windowOf<Load>(all: Map<string, Load>, turn: number): Map<string, Load> {
  if (all.size <= TOLD_WORKLOADS_MAX) return all
  const every = [...all]
  const from = (turn * TOLD_WORKLOADS_MAX) % every.length
  return new Map([...every.slice(from), ...every.slice(0, from)].slice(0, TOLD_WORKLOADS_MAX))
}
