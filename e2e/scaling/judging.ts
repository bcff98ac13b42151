/** Whether what was seen in a scene is as it ought to be. Pure. */
import type { Answer } from './load.ts'
import { DOWN_AFTER_MS, MAX, type Scene } from './scenes.ts'
import { type Decided, type Life, mostAtOnce } from './watching.ts'

/** Moments that a scene has been through; those that never came are absent. */
export interface Moments {
  calmMs: number
  heavyMs: number
  /** As many copies as there may be had answered by then, and the load was held. */
  fullMs?: number
  /** The load had fallen. */
  fallenMs?: number
  /** One copy was left, and one was wanted. */
  oneMs?: number
  endMs: number
}

export interface Seen {
  moments: Moments
  decided: readonly Decided[]
  lives: readonly Life[]
  answers: readonly Answer[]
  failures: readonly string[]
  /** What `mycelium why` printed under load. */
  why: string
  /** Work that was put into its queue, and that was done. */
  work?: { added: number; done: number }
}

/** What did not hold, a line each. */
export function judged(scene: Scene, seen: Seen): string[] {
  return [...growing(scene, seen), ...shrinking(scene, seen), ...serving(seen)]
}

function growing(scene: Scene, { moments, decided, lives, answers, why }: Seen): string[] {
  const wrong: string[] = []
  const { heavyMs, fullMs, fallenMs = moments.endMs } = moments
  const early = decided.filter(({ atMs }) => atMs <= heavyMs).slice(1)
  if (early.length > 0) wrong.push(`scaled before there was any load: ${said(early)}`)
  const ups = decided.filter(({ copies }, at) => copies > (decided[at - 1]?.copies ?? copies))
  const others = ups.filter((one) => one.why !== scene.why)
  if (others.length > 0) wrong.push(`grew for another reason than ${scene.why}: ${said(others)}`)
  if (fullMs === undefined) wrong.push(`never came to ${scene.most} copies that answer`)
  const slots = new Set(
    answers
      .filter(({ doneMs }) => doneMs > (fullMs ?? fallenMs) && doneMs <= fallenMs)
      .map(({ slot }) => slot),
  )
  if (fullMs !== undefined && slots.size !== scene.most) {
    wrong.push(`of ${scene.most} copies ${slots.size} took requests under load`)
  }
  const wanted = Math.max(...decided.map(({ copies }) => copies))
  const ran = mostAtOnce(lives)
  if (wanted > scene.most || ran > scene.most || wanted > MAX) {
    wrong.push(`${wanted} copies were wanted, and ${ran} ran; ${scene.most} are the most`)
  }
  if (!scene.bound.test(why)) wrong.push(`“why” does not say what holds it: ${why}`)
  return wrong
}

function shrinking({ most }: Scene, { moments, decided, lives }: Seen): string[] {
  const { heavyMs, fallenMs, oneMs } = moments
  if (fallenMs === undefined) return ['the load never fell']
  const wrong: string[] = []
  const downs = decided.filter(({ copies }, at) => copies < (decided[at - 1]?.copies ?? copies))
  const early = downs.filter(({ atMs }) => atMs < fallenMs + DOWN_AFTER_MS)
  if (early.length > 0) {
    wrong.push(`fewer before ${DOWN_AFTER_MS / 1_000} s of calm: ${said(early)}`)
  }
  if (oneMs === undefined) wrong.push('never came back to one copy')
  // Up and then down: between one copy and the most of them there are so many steps at most each way.
  const turns = decided.filter(({ copies }, at) => {
    const [before, next] = [decided[at - 1]?.copies, decided[at + 1]?.copies]
    return before !== undefined && next !== undefined && copies > before !== next > copies
  })
  const changes = decided.filter(({ atMs }) => atMs > heavyMs).length
  if (turns.length > 1 || changes > 2 * (most - 1)) {
    wrong.push(`it went to and fro: ${said(decided)}`)
  }
  const ended = lives.filter(({ endedMs }) => endedMs !== undefined)
  const forced = ended.filter(({ exitCode }) => exitCode !== 0)
  if (forced.length > 0) wrong.push(`did not end by themselves: ${JSON.stringify(forced)}`)
  if (lives.length !== most || ended.length !== most - 1) {
    wrong.push(`${lives.length} containers began and ${ended.length} ended, of ${most} copies`)
  }
  return wrong
}

function serving({ answers, decided, failures, work }: Seen): string[] {
  const wrong: string[] = []
  const some = failures.slice(0, 5).join('\n    ')
  if (failures.length > 0) wrong.push(`${failures.length} requests failed:\n    ${some}`)
  if (drained(answers, decided) === 0) wrong.push('nothing was under way at a copy that was to go')
  // Of a request that failed nobody knows what it put there.
  const isKnown = failures.length === 0
  if (work && isKnown && (work.added !== work.done || work.added === 0)) {
    wrong.push(`of ${work.added} put into the queue ${work.done} were done`)
  }
  return wrong
}

/** Answers that a copy had under way when it was decided that it goes, and gave whole. */
export function drained(answers: readonly Answer[], decided: readonly Decided[]): number {
  const goes = decided.flatMap(({ atMs, copies }, at) => {
    return copies < (decided[at - 1]?.copies ?? copies) ? [{ atMs, copies }] : []
  })
  return answers.filter(({ slot, askedMs, doneMs }) => {
    return goes.some(({ atMs, copies }) => slot >= copies && askedMs < atMs && doneMs > atMs)
  }).length
}

function said(decided: readonly Decided[]): string {
  return decided.map(({ copies, why = 'at first' }) => `${copies} (${why})`).join(', ')
}
