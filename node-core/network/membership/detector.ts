/**
 * The failure detector: SWIM (Das, Gupta, Motivala 2002) with Lifeguard's self-doubt (Dadgar,
 * Phillips, Currey 2017), as a synchronous machine. Each input returns what is to be done.
 *
 * Own evidence is a probe that was missed, direct and through others. Doubts of others are hearsay: they
 * make a node's watchers probe it, shorten a suspicion, and start one only when several independent
 * observers agree; so no single liar holds a live node dead, who refutes with a higher beat besides.
 */
import type { NodeId } from '../../base/net/index.ts'
import { pick, type Random, shuffle } from '../../base/random/index.ts'
import type { Liveness } from './index.ts'
import {
  BLIND_MISSES,
  CONNECTED_BEFORE_DOUBT_MS,
  DOUBTS_MAX,
  FAR_PROBE_PERIOD_MS,
  FAR_PROBES_MAX,
  HEARSAY_OBSERVERS,
  HEARSAY_PROBE_PERIOD_MS,
  HELPERS,
  LATE_TICK_MS,
  OBSERVERS_ENOUGH,
  PROBE_PERIOD_MS,
  REFUTE_PERIOD_MS,
  SELF_DOUBT_DOUBLING,
  SELF_DOUBT_MAX,
  SLEPT_MS,
  SUSPECT_PROBE_PERIOD_MS,
  TICK_MS,
  URGENT_PROBES_PER_TICK,
  VERY_LATE_TICK_MS,
} from './limits.ts'
import { isWatcher, suspicionMs } from './suspicion.ts'

/** One uninterrupted span of a node's life; a refutation starts the next. */
export interface Life {
  incarnation: number
  beat: number
}

export type DetectorInput =
  /** What a node says of itself. `early`: read from disk, so nothing shows that it is here now. */
  | { kind: 'known'; id: NodeId; life: Life; left: boolean; early: boolean }
  /** Removed from the network. */
  | { kind: 'forgotten'; id: NodeId }
  | { kind: 'tick'; nowMs: number; connected: readonly NodeId[]; slept: boolean }
  | { kind: 'answered'; id: NodeId; nowMs: number }
  /** Neither we nor the helpers reached it. */
  | { kind: 'silent'; id: NodeId; nowMs: number; helpersAsked: number; helpersAnswered: number }
  /** A connection came or went: time to look. */
  | { kind: 'look'; id: NodeId }
  /** Everything that one observer doubts now. */
  | {
      kind: 'doubts'
      observer: NodeId
      suspects: readonly ({ node: NodeId } & Life)[]
      nowMs: number
    }

export type DetectorEffect =
  | { kind: 'probe'; id: NodeId; helpers: NodeId[] }
  | { kind: 'liveness'; id: NodeId; liveness: Liveness; previous: Liveness | undefined }
  /** Everything that this node doubts on its own evidence. */
  | { kind: 'publish'; suspects: ({ node: NodeId } & Life)[] }
  | { kind: 'refute'; above: Life }

export interface Detector {
  step(input: DetectorInput): DetectorEffect[]
  liveness(id: NodeId): Liveness | undefined
  /** 0 to 8. */
  readonly selfDoubt: number
}

interface Watched {
  life: Life
  liveness: Liveness
  suspectedAtMs: number
  /** Seen with our own probes; only such doubts are published. */
  own: boolean
  probing: boolean
  /** Misses in a row in which no helper answered either. */
  blindMisses: number
  /** When the last probe that it did not answer ended. */
  missedAtMs: number
  probedOnHearsayAtMs: number
}

export function createDetector(self: NodeId, random: Random): Detector {
  const watched = new Map<NodeId, Watched>()
  const doubtsOf = new Map<NodeId, Map<NodeId, Life>>()
  const urgent = new Set<NodeId>()
  let round: NodeId[] = []
  let selfDoubt = 0
  let lastTickMs: number | undefined
  let nowMs = 0
  let nextProbeMs = 0
  let nextFarProbeMs = 0
  let nextRefuteMs = 0
  let refuteAbove: Life | undefined
  let ownLife: Life = { incarnation: 0, beat: 0 }
  let connected: ReadonlySet<NodeId> = new Set()
  let connectedSinceMs: number | undefined
  let published = '[]'
  /** Members in the published doubts. */
  let told = new Set<NodeId>()
  let effects: DetectorEffect[] = []

  const isHere = (id: NodeId): boolean => {
    const liveness = watched.get(id)?.liveness
    return liveness === 'alive' || liveness === 'suspect'
  }
  const membersHere = (): NodeId[] => [self, ...[...watched.keys()].filter(isHere)]
  const doubt = (by: number): void => {
    selfDoubt = Math.min(SELF_DOUBT_MAX, Math.max(0, selfDoubt + by))
  }

  function become(id: NodeId, member: Watched, liveness: Liveness): void {
    if (liveness === 'alive' || liveness === 'left') member.own = false
    if (liveness === 'suspect') member.suspectedAtMs = nowMs
    if (member.liveness === liveness) return
    effects.push({ kind: 'liveness', id, liveness, previous: member.liveness })
    member.liveness = liveness
  }

  /** Live members, self left out, that doubt this life of the node. */
  function observersOf(id: NodeId, life: Life): number {
    let count = 0
    for (const [observer, doubts] of doubtsOf) {
      const doubted = doubts.get(id)
      if (doubted && isHere(observer) && compareLives(doubted, life) >= 0) count++
    }
    return count
  }

  function probe(id: NodeId): void {
    const member = watched.get(id)
    if (!member || member.probing) return
    member.probing = true
    const able = [...watched.keys()].filter(
      (other) => other !== id && watched.get(other)?.liveness === 'alive',
    )
    effects.push({ kind: 'probe', id, helpers: shuffle(random, able).slice(0, HELPERS) })
  }

  /** To be probed in turn. Reaching the others costs a connection: they are looked at rarely. */
  const isNear = (id: NodeId): boolean => isHere(id) && connected.has(id)

  /** The next member in an order that is random and visits everyone once before anyone twice. */
  function nextInRound(): NodeId | undefined {
    for (let pass = 0; pass < 2; pass++) {
      for (let id = round.pop(); id !== undefined; id = round.pop()) if (isNear(id)) return id
      round = shuffle(random, [...watched.keys()].filter(isNear))
    }
    return undefined
  }

  function tick(input: { nowMs: number; connected: readonly NodeId[]; slept: boolean }): void {
    const gapMs = lastTickMs === undefined ? TICK_MS : input.nowMs - lastTickMs
    lastTickMs = input.nowMs
    if (input.slept || gapMs > SLEPT_MS) forgive()
    else if (gapMs > VERY_LATE_TICK_MS) doubt(2)
    else if (gapMs > TICK_MS + LATE_TICK_MS) doubt(1)
    passVerdicts()
    connected = new Set(input.connected)
    probeSome()
    if (connected.size === 0) connectedSinceMs = undefined
    else connectedSinceMs ??= nowMs
    // Who has just found the others again holds old doubts; probes are about to clear them.
    const settledMs = connectedSinceMs === undefined ? 0 : nowMs - connectedSinceMs
    if (settledMs >= CONNECTED_BEFORE_DOUBT_MS) publish()
    if (refuteAbove && nowMs >= nextRefuteMs) refute()
  }

  /** It is we who were away: what was missed meanwhile proves nothing. */
  function forgive(): void {
    doubt(SELF_DOUBT_MAX / 2)
    for (const [id, member] of watched) {
      if (member.liveness !== 'suspect') continue
      become(id, member, 'alive')
      urgent.add(id)
    }
  }

  function passVerdicts(): void {
    const members = membersHere().length
    for (const [id, member] of watched) {
      if (member.liveness !== 'suspect') continue
      const patience = 1 + selfDoubt / SELF_DOUBT_DOUBLING
      const waitMs = suspicionMs(members, observersOf(id, member.life)) * patience
      if (nowMs - member.suspectedAtMs >= waitMs) become(id, member, 'dead')
    }
  }

  function probeSome(): void {
    for (const [id, { liveness, own, missedAtMs }] of watched) {
      const due = nowMs - missedAtMs >= SUSPECT_PROBE_PERIOD_MS
      if (liveness === 'suspect' && own && due) urgent.add(id)
    }
    let left = URGENT_PROBES_PER_TICK
    let far = [...watched].filter(([id, { probing }]) => probing && !connected.has(id)).length
    for (const id of urgent) {
      if (left === 0) break
      // Everyone dialling everyone at once would leave no dial the time it needs.
      if (!connected.has(id) && far++ >= FAR_PROBES_MAX) continue
      left--
      urgent.delete(id)
      probe(id)
    }
    if (nowMs >= nextProbeMs) {
      nextProbeMs = nowMs + PROBE_PERIOD_MS * (1 + selfDoubt)
      const id = nextInRound()
      if (id) probe(id)
    }
    if (nowMs >= nextFarProbeMs) {
      nextFarProbeMs = nowMs + FAR_PROBE_PERIOD_MS
      const far = [...watched].filter(([id, { liveness }]) => liveness !== 'left' && !isNear(id))
      const id = pick(random, far)?.[0]
      if (id) probe(id)
    }
  }

  function publish(): void {
    const suspects = [...watched]
      .filter(([id, { own, life }]) => {
        return own && (told.has(id) || observersOf(id, life) < OBSERVERS_ENOUGH)
      })
      .slice(0, DOUBTS_MAX)
      .map(([node, { life }]) => ({ node, ...life }))
    const text = JSON.stringify(suspects)
    if (text === published) return
    published = text
    told = new Set(suspects.map(({ node }) => node))
    effects.push({ kind: 'publish', suspects })
  }
  function refute(): void {
    if (!refuteAbove) return
    effects.push({ kind: 'refute', above: refuteAbove })
    refuteAbove = undefined
    nextRefuteMs = nowMs + REFUTE_PERIOD_MS
  }

  function known(input: Extract<DetectorInput, { kind: 'known' }>): void {
    const { id, life, left } = input
    if (id === self) {
      ownLife = life
      return
    }
    const member = watched.get(id)
    if (!member) {
      const doubted = observersOf(id, life) > 0
      // Of one that was read from disk nothing is known yet; its time runs from the first miss on.
      const suspectedAtMs = doubted ? nowMs : Number.POSITIVE_INFINITY
      const fresh = {
        ...{ suspectedAtMs, missedAtMs: nowMs, probedOnHearsayAtMs: 0 },
        ...{ own: false, probing: false, blindMisses: 0 },
      }
      const liveness = left ? 'left' : doubted || input.early ? 'suspect' : 'alive'
      watched.set(id, { life, liveness, ...fresh })
      effects.push({ kind: 'liveness', id, liveness, previous: undefined })
      // Whom nobody doubts needs no proof: a connection to it, or the slow round, will show.
      if (liveness === 'suspect') urgent.add(id)
      return
    }
    if (compareLives(life, member.life) > 0) {
      member.life = life
      if (!left) become(id, member, 'alive')
    }
    if (left) become(id, member, 'left')
  }

  function silent(input: Extract<DetectorInput, { kind: 'silent' }>): void {
    const member = watched.get(input.id)
    if (!member) return
    member.probing = false
    member.missedAtMs = nowMs
    if (member.liveness === 'left') return
    // Helpers that answer show that our own network works. If none does, it may be we who are cut off
    // or slow: such a miss counts only if the next one is no better.
    if (input.helpersAsked > 0 && input.helpersAnswered === 0) {
      doubt(1)
      member.blindMisses++
      if (member.liveness === 'alive' && member.blindMisses < BLIND_MISSES) {
        urgent.add(input.id)
        return
      }
    }
    member.blindMisses = 0
    member.own = true
    member.suspectedAtMs = Math.min(member.suspectedAtMs, nowMs)
    if (member.liveness === 'alive') become(input.id, member, 'suspect')
  }

  function answered(id: NodeId): void {
    doubt(-1)
    const member = watched.get(id)
    if (!member) return
    member.probing = false
    member.blindMisses = 0
    if (member.liveness !== 'left') become(id, member, 'alive')
  }

  function hear(input: Extract<DetectorInput, { kind: 'doubts' }>): void {
    const doubts = new Map<NodeId, Life>()
    for (const { node, incarnation, beat } of input.suspects)
      doubts.set(node, { incarnation, beat })
    doubtsOf.set(input.observer, doubts)
    for (const [id, life] of doubts) {
      if (id === self) {
        if (compareLives(life, ownLife) < 0) continue
        if (refuteAbove === undefined || compareLives(life, refuteAbove) > 0) refuteAbove = life
        if (nowMs >= nextRefuteMs) refute()
      } else hearOf(id, life)
    }
  }

  function hearOf(id: NodeId, life: Life): void {
    const member = watched.get(id)
    if (member?.liveness !== 'alive' || compareLives(life, member.life) < 0) return
    if (observersOf(id, member.life) >= HEARSAY_OBSERVERS) {
      become(id, member, 'suspect')
      return
    }
    if (nowMs - member.probedOnHearsayAtMs < HEARSAY_PROBE_PERIOD_MS) return
    if (!isWatcher(self, id, membersHere())) return
    member.probedOnHearsayAtMs = nowMs
    urgent.add(id)
  }

  return {
    get selfDoubt() {
      return selfDoubt
    },
    liveness: (id) => (id === self ? 'alive' : watched.get(id)?.liveness),
    step(input) {
      if ('nowMs' in input) nowMs = Math.max(nowMs, input.nowMs)
      switch (input.kind) {
        case 'known':
          known(input)
          break
        case 'forgotten':
          watched.delete(input.id)
          doubtsOf.delete(input.id)
          break
        case 'tick':
          tick(input)
          break
        case 'answered':
          answered(input.id)
          break
        case 'silent':
          silent(input)
          break
        case 'look':
          probe(input.id)
          break
        case 'doubts':
          hear(input)
          break
      }
      const out = effects
      effects = []
      return out
    },
  }
}

/** Negative when `left` came before `right`. */
export function compareLives(left: Life, right: Life): number {
  return left.incarnation - right.incarnation || left.beat - right.beat
}
