import { describe, expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { createDetector, type Detector, type DetectorEffect, type Life } from './detector.ts'
import { isWatcher, suspicionMs } from './suspicion.ts'

const idOf = (n: number): NodeId => n.toString(16).padStart(64, '0') as NodeId
const SELF = idOf(0)
const LIFE: Life = { incarnation: 5, beat: 0 }
/** To whom there is a connection, as far as a test does not say otherwise. */
const PEERS = Array.from({ length: 9 }, (_, n) => idOf(n + 1))

/** A detector that knows members 1 to `count`, all of whom have answered. */
function detectorOf(count: number): Detector {
  const detector = createDetector(SELF, createSeededRandom(1))
  detector.step({ kind: 'known', id: SELF, life: LIFE, left: false, early: false })
  for (let n = 1; n <= count; n++) {
    detector.step({ kind: 'known', id: idOf(n), life: LIFE, left: false, early: false })
  }
  // Whoever is to be looked at has been.
  for (let asked = 1; asked > 0; ) {
    const probes = tick(detector, 0).filter((effect) => effect.kind === 'probe')
    for (const { id } of probes) detector.step({ kind: 'answered', id, nowMs: 0 })
    asked = probes.length
  }
  return detector
}

function tick(detector: Detector, nowMs: number, slept = false): DetectorEffect[] {
  return detector.step({ kind: 'tick', nowMs, connected: PEERS, slept })
}

function ticks(detector: Detector, fromMs: number, toMs: number): DetectorEffect[] {
  const effects: DetectorEffect[] = []
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 200) effects.push(...tick(detector, nowMs))
  return effects
}

/** The same while everybody answers. Returns who was asked. */
function calm(detector: Detector, fromMs: number, toMs: number): NodeId[] {
  const asked: NodeId[] = []
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 200) {
    for (const effect of tick(detector, nowMs)) {
      if (effect.kind !== 'probe') continue
      asked.push(effect.id)
      detector.step({ kind: 'answered', id: effect.id, nowMs })
    }
  }
  return asked
}

const silent = (detector: Detector, n: number, nowMs: number) =>
  detector.step({ kind: 'silent', id: idOf(n), nowMs, helpersAsked: 3, helpersAnswered: 3 })

const doubts = (
  detector: Detector,
  observer: number,
  suspect: number,
  nowMs: number,
  life = LIFE,
) =>
  detector.step({
    kind: 'doubts',
    observer: idOf(observer),
    suspects: [{ node: idOf(suspect), ...life }],
    nowMs,
  })

describe('probing', () => {
  it('goes round those it is connected to, and looks at the others rarely', () => {
    const detector = detectorOf(5)
    const near = [idOf(1), idOf(2)]
    const asked: NodeId[] = []
    for (let nowMs = 0; nowMs <= 60_000; nowMs += 200) {
      for (const effect of detector.step({ kind: 'tick', nowMs, connected: near, slept: false })) {
        if (effect.kind !== 'probe') continue
        asked.push(effect.id)
        detector.step({ kind: 'answered', id: effect.id, nowMs })
      }
    }
    const far = asked.filter((id) => !near.includes(id))
    expect(asked.length - far.length).toBe(30)
    expect(far).toHaveLength(6)
  })

  it('asks everyone about as often, in an order that changes', () => {
    const detector = detectorOf(5)
    const asked = calm(detector, 0, 100_000)
    const counts = [1, 2, 3, 4, 5].map((n) => asked.filter((id) => id === idOf(n)).length)
    expect(asked.length).toBe(50)
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2)
    const rounds = Array.from({ length: 9 }, (_, n) => asked.slice(n * 5, n * 5 + 5).join())
    expect(new Set(rounds).size).toBeGreaterThan(1)
  })

  it('names three live helpers, never the suspect itself', () => {
    const detector = detectorOf(6)
    const [probe] = detector.step({ kind: 'look', id: idOf(4) })
    expect(probe).toMatchObject({ kind: 'probe', id: idOf(4) })
    const helpers = probe?.kind === 'probe' ? probe.helpers : []
    expect(helpers).toHaveLength(3)
    expect(helpers).not.toContain(idOf(4))
  })

  it('does not ask again while an answer is awaited', () => {
    const detector = detectorOf(2)
    expect(detector.step({ kind: 'look', id: idOf(1) })).toHaveLength(1)
    expect(detector.step({ kind: 'look', id: idOf(1) })).toEqual([])
  })
})

describe('a start', () => {
  it('reaches for few at once of those it knew and has no connection to', () => {
    const detector = createDetector(SELF, createSeededRandom(1))
    for (let n = 1; n <= 30; n++) {
      detector.step({ kind: 'known', id: idOf(n), life: LIFE, left: false, early: true })
    }
    const effects = [0, 200, 400].flatMap((nowMs) =>
      detector.step({ kind: 'tick', nowMs, connected: [], slept: false }),
    )
    expect(effects.filter(({ kind }) => kind === 'probe')).toHaveLength(4)
  })
})

describe('a suspicion', () => {
  it('becomes a death in time, and its publication says which life is meant', () => {
    const detector = detectorOf(4)
    calm(detector, 0, 2_000)
    silent(detector, 1, 2_000)
    const effects = ticks(detector, 2_200, 12_000)
    expect(effects).toContainEqual({ kind: 'publish', suspects: [{ node: idOf(1), ...LIFE }] })
    expect(detector.liveness(idOf(1))).toBe('dead')
  })

  it('of a member read from disk starts with the first miss', () => {
    const detector = createDetector(SELF, createSeededRandom(1))
    detector.step({ kind: 'known', id: idOf(1), life: LIFE, left: false, early: true })
    ticks(detector, 0, 60_000)
    expect(detector.liveness(idOf(1))).toBe('suspect')
    silent(detector, 1, 60_000)
    ticks(detector, 60_200, 61_600)
    expect(detector.liveness(idOf(1))).toBe('dead')
  })

  it('is over with an answer, or with a later life', () => {
    const detector = detectorOf(4)
    calm(detector, 0, 2_000)
    silent(detector, 1, 2_000)
    silent(detector, 2, 2_000)
    detector.step({ kind: 'answered', id: idOf(1), nowMs: 2_100 })
    const life = { incarnation: 5, beat: 1 }
    detector.step({ kind: 'known', id: idOf(2), life, left: false, early: false })
    ticks(detector, 2_200, 20_000)
    expect([1, 2].map((n) => detector.liveness(idOf(n)))).toEqual(['alive', 'alive'])
  })

  it('is shorter the more observers share it, and longer in a larger network', () => {
    const waits = [0, 1, 2, 3, 9].map((confirmations) => suspicionMs(10, confirmations))
    expect(waits).toEqual(waits.toSorted((a, b) => b - a))
    expect(waits[0]).toBe(7_200)
    expect(waits[3]).toBe(1_200)
    expect(waits[4]).toBe(waits[3])
    expect(suspicionMs(2, 0)).toBe(1_200)
    expect(suspicionMs(1_000, 3)).toBe(3_600)
  })

  it('is not published by a node that has lost everybody', () => {
    const detector = detectorOf(3)
    for (const n of [1, 2, 3]) silent(detector, n, 1_000)
    const effects = [1_200, 1_400, 3_000].flatMap((nowMs) =>
      detector.step({ kind: 'tick', nowMs, connected: [], slept: false }),
    )
    expect(effects.filter(({ kind }) => kind === 'publish')).toEqual([])
  })
})

describe('hearsay', () => {
  it('from one or two makes the watchers look, and nobody a suspect', () => {
    const detector = detectorOf(6)
    calm(detector, 0, 2_000)
    doubts(detector, 2, 1, 2_000)
    doubts(detector, 3, 1, 2_000)
    expect(detector.liveness(idOf(1))).toBe('alive')
    const probes = ticks(detector, 2_200, 2_200).filter(({ kind }) => kind === 'probe')
    expect(probes).toContainEqual(expect.objectContaining({ id: idOf(1) }))
  })

  it('from three starts a suspicion, which is not published as one’s own', () => {
    const detector = detectorOf(6)
    calm(detector, 0, 2_000)
    for (const observer of [2, 3, 4]) doubts(detector, observer, 1, 2_000)
    expect(detector.liveness(idOf(1))).toBe('suspect')
    const effects = ticks(detector, 2_200, 6_000)
    expect(effects.filter(({ kind }) => kind === 'publish')).toEqual([])
    expect(detector.liveness(idOf(1))).toBe('dead')
  })

  it('of dead observers, or of an earlier life, counts for nothing', () => {
    const detector = detectorOf(6)
    const later = { incarnation: 6, beat: 0 }
    detector.step({ kind: 'known', id: idOf(1), life: later, left: false, early: false })
    for (const observer of [2, 3, 4]) doubts(detector, observer, 1, 1_000)
    expect(detector.liveness(idOf(1))).toBe('alive')
  })

  it('about oneself is answered with a higher beat, not more often than twice a second', () => {
    const detector = detectorOf(3)
    tick(detector, 1_000)
    const beat = { incarnation: 5, beat: 9 }
    const refuted = [
      ...doubts(detector, 1, 0, 1_000, beat),
      ...doubts(detector, 2, 0, 1_100, beat),
      ...tick(detector, 1_200),
    ].filter(({ kind }) => kind === 'refute')
    expect(refuted).toEqual([{ kind: 'refute', above: beat }])
    expect(tick(detector, 1_600)).toContainEqual({ kind: 'refute', above: beat })
  })

  it('about an earlier life of oneself is left alone', () => {
    const detector = detectorOf(3)
    tick(detector, 1_000)
    expect(doubts(detector, 1, 0, 1_000, { incarnation: 4, beat: 9 })).toEqual([])
  })

  it('has eight watchers for each node, the same for all', () => {
    const members = Array.from({ length: 40 }, (_, n) => idOf(n))
    for (const target of members.slice(0, 10)) {
      const watchers = members.filter((id) => id !== target && isWatcher(id, target, members))
      expect(watchers).toHaveLength(8)
    }
  })
})

describe('self-doubt', () => {
  it('lets one miss pass in which no helper answered either, and not two', () => {
    const detector = detectorOf(4)
    const blind = (nowMs: number): void => {
      const asked = { helpersAsked: 2, helpersAnswered: 0 }
      detector.step({ kind: 'silent', id: idOf(1), nowMs, ...asked })
    }
    blind(1_000)
    expect(detector.liveness(idOf(1))).toBe('alive')
    blind(2_000)
    expect(detector.liveness(idOf(1))).toBe('suspect')
  })

  it('grows with late ticks and silent helpers, and shrinks with answers', () => {
    const detector = detectorOf(4)
    tick(detector, 0)
    tick(detector, 600)
    expect(detector.selfDoubt).toBe(1)
    tick(detector, 2_000)
    expect(detector.selfDoubt).toBe(3)
    detector.step({
      kind: 'silent',
      id: idOf(1),
      nowMs: 2_000,
      helpersAsked: 3,
      helpersAnswered: 0,
    })
    expect(detector.selfDoubt).toBe(4)
    for (let n = 0; n < 9; n++) detector.step({ kind: 'answered', id: idOf(2), nowMs: 2_100 })
    expect(detector.selfDoubt).toBe(0)
  })

  it('lets a suspicion last longer', () => {
    const [sure, unsure] = [detectorOf(2), detectorOf(2)]
    for (const detector of [sure, unsure]) {
      calm(detector, 0, 2_000)
      silent(detector, 1, 2_000)
    }
    tick(unsure, 3_500)
    ticks(sure, 2_200, 9_600)
    ticks(unsure, 3_700, 9_600)
    expect(sure.liveness(idOf(1))).toBe('dead')
    expect(unsure.liveness(idOf(1))).toBe('suspect')
  })

  it('after a sleep forgives every suspect', () => {
    const detector = detectorOf(3)
    calm(detector, 0, 2_000)
    silent(detector, 1, 2_000)
    tick(detector, 40_000)
    expect(detector.liveness(idOf(1))).toBe('alive')
    silent(detector, 1, 40_000)
    tick(detector, 40_200, true)
    expect(detector.liveness(idOf(1))).toBe('alive')
  })
})
