/**
 * A node's place among those who follow the log, as a synchronous machine: what happens goes in with
 * the time, what is to be done comes out. Its two halves are `children.ts`, whom it serves, and
 * `climber.ts`, whom it follows; a member of the committee has only the first.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { CommittedEntry, LogIndex } from '../consensus/index.ts'
import { createChildren } from './children.ts'
import { createClimber } from './climber.ts'
import type { AskId, Effect, Facts, Token } from './effects.ts'
import type { Label } from './label.ts'
import { OTHERS_MAX, SHED_MS, WORD_MS } from './limits.ts'
import type { Answer, Question } from './messages.ts'
import { createOffers } from './offers.ts'
import { createRoute } from './route.ts'
import { createTrail } from './trail.ts'
import { vouch } from './vouching.ts'
import { createWords } from './words.ts'

export interface FollowCore {
  know(nowMs: number, facts: Facts): void
  /** The copy here has applied these. */
  moved(nowMs: number, entries: readonly CommittedEntry[]): void
  /** The copy here is as of this entry now, and what was before does not count. */
  replaced(nowMs: number, index: LogIndex, isProven: boolean): void
  /** A member's word about what the copy holds has held. */
  vouched(nowMs: number, index: LogIndex, word: Uint8Array | undefined): void
  refused(nowMs: number): void
  captured(nowMs: number, index: LogIndex, state: Uint8Array, digest: Uint8Array): void
  asked(nowMs: number, token: Token, from: NodeId, question: Question): void
  /** Undefined where none came. */
  answered(nowMs: number, ask: AskId, answer: Answer | undefined): void
  down(nowMs: number, peer: NodeId): void
  silent(nowMs: number): void
  tick(nowMs: number): void
  /** What is to be done, in order. */
  take(): Effect[]
  /** When `tick` is to be called at the latest. */
  dueMs(): number | undefined
  status(): CoreStatus
  latest(): readonly CommittedEntry[]
}

export interface CoreStatus {
  height: LogIndex
  parent: NodeId | undefined
  /** Steps from the committee; undefined while nobody is followed. */
  depth: number | undefined
  children: readonly NodeId[]
  /** Whether the copy holds what the parent had when it last answered, and what the committee has told. */
  level: boolean
  /** Whether a member of the committee has vouched for what the copy began with. */
  proven: boolean
}

export interface FollowConfig {
  self: NodeId
  random: Random
  /** Whether a node is meant to serve others. */
  isHub(node: NodeId): boolean
  /** A member's word about what its copy holds as of its last entry. */
  sign(index: LogIndex): Uint8Array
  /** Of the copy's state as of an entry; undefined where that is not remembered. */
  hashAt(index: LogIndex): string | undefined
}

const NOTHING: Facts = {
  standing: 'idle',
  roots: [],
  leader: undefined,
  told: 0 as LogIndex,
  serves: 0,
}

const CANNOT_TELL: Answer = { kind: 'vouched', same: null }

export function createFollowCore({ self, random, isHub, sign, hashAt }: FollowConfig): FollowCore {
  let facts = NOTHING
  let effects: Effect[] = []
  let asks = 0
  let nowMs = 0
  let shedMs = 0
  let signedMs = Number.NEGATIVE_INFINITY
  let proven = true
  const emit = (effect: Effect): void => {
    effects.push(effect)
  }
  const trail = createTrail()
  const words = createWords()
  const offers = createOffers(trail, emit)
  const children = createChildren({
    ...{ trail, offers, isHub, emit, label, word },
    hopes: () => climber.hopes(nowMs),
    room: (presses) => (facts.standing === 'leads' && !presses ? 0 : facts.serves),
    others() {
      const { parent } = climber
      const near = parent === undefined ? facts.roots : [parent, ...route.others]
      return near.slice(0, OTHERS_MAX)
    },
  })
  const route = createRoute({
    ...{ self, random, isHub },
    facts: () => facts,
    looksFar: () => children.count > 0,
  })
  const climber = createClimber({
    ...{ trail, children, route, emit },
    facts: () => facts,
    doubts: () => !proven,
    newAsk: () => ++asks as AskId,
  })

  function label(): Label | undefined {
    switch (facts.standing) {
      case 'root':
      case 'leads':
        return trail.height > 0 ? { height: trail.height, depth: 0 } : undefined
      case 'follows':
        return climber.label()
      case 'cut':
      case 'idle':
        return undefined
    }
  }

  function word(first: LogIndex, last: LogIndex, asked: boolean): Uint8Array | undefined {
    const isDue = asked || nowMs - signedMs >= WORD_MS
    if (isRoot(facts) && last === trail.height && isDue && !words.has(last)) {
      words.add(last, sign(last))
      signedMs = nowMs
    }
    return words.between(first, last)
  }

  /** Who serves from the log itself needs nobody. */
  function isRoot({ standing }: Facts): boolean {
    return standing === 'root' || standing === 'leads'
  }

  function tick(): void {
    if (facts.standing === 'leads' && children.count > 0 && nowMs >= shedMs) {
      shedMs = nowMs + SHED_MS
      children.shed()
    }
    children.tick(nowMs)
    offers.tick(nowMs)
    climber.tick(nowMs)
  }

  /** Everything that comes in is a moment at which something may have fallen due. */
  function at(ms: number, run: () => void): void {
    nowMs = ms
    run()
    tick()
  }

  return {
    know: (ms, next) =>
      at(ms, () => {
        const before = facts
        facts = next
        if (before.roots.join() !== next.roots.join()) route.begin()
        if (before.standing === next.standing || (isRoot(before) && isRoot(next))) return
        children.release()
        climber.stop()
      }),
    moved: (ms, entries) =>
      at(ms, () => {
        for (const entry of entries) trail.add(entry)
        children.wake(ms)
        climber.moved(ms)
      }),
    replaced: (ms, index, isProven) =>
      at(ms, () => {
        trail.restart(index)
        words.clear()
        proven = isProven
        children.wake(ms)
        climber.moved(ms)
      }),
    vouched: (ms, index, said) =>
      at(ms, () => {
        proven = true
        if (said) words.add(index, said)
        children.wake(ms)
      }),
    refused: (ms) => at(ms, () => climber.refused(ms)),
    captured: (ms, index, state, digest) =>
      at(ms, () => {
        offers.captured(ms, index, state, digest)
        children.wake(ms)
      }),
    asked: (ms, token, from, question) =>
      at(ms, () => {
        switch (question.kind) {
          case 'next':
            return children.next(ms, token, from, question)
          case 'chunk':
            return children.chunk(ms, token, from, question)
          case 'vouch': {
            const held = isRoot(facts) ? vouch(trail, hashAt, question) : CANNOT_TELL
            return emit({ kind: 'answer', token, answer: held })
          }
          case 'look': {
            const { height } = trail
            const depth = label()?.depth ?? null
            return emit({ kind: 'answer', token, answer: { kind: 'here', height, depth } })
          }
        }
      }),
    answered: (ms, ask, answer) => at(ms, () => climber.answered(ms, ask, answer)),
    down: (ms, peer) =>
      at(ms, () => {
        children.down(peer)
        climber.down(ms, peer)
      }),
    silent: (ms) => at(ms, () => climber.silent(ms)),
    tick: (ms) => at(ms, () => {}),
    take() {
      const taken = effects
      effects = []
      return taken
    },
    dueMs() {
      const shed = facts.standing === 'leads' && children.count > 0 ? shedMs : undefined
      const due = [children.dueMs(), offers.dueMs(), climber.dueMs(), shed]
      return due.reduce<number | undefined>(
        (first, one) => (first === undefined || (one !== undefined && one < first) ? one : first),
        undefined,
      )
    },
    latest: trail.all,
    status: () => ({
      height: trail.height,
      parent: climber.parent,
      depth: label()?.depth,
      children: children.names(),
      level: climber.isLevel() && trail.height >= facts.told,
      proven,
    }),
  }
}
