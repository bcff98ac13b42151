import { useEffect, useMemo, useState } from 'react'
import type { Point } from '../../../topology/index.ts'
import {
  type Arrangement,
  arrange,
  boxesOf,
  graphOf,
  moveBy,
  moveTo,
  UNARRANGED,
} from './arrangement.ts'
import type { Bodies } from './bodies.ts'
import type { Graph, Thing, ThingKey } from './graph.ts'
import type { Box } from './threads.ts'

/** Of each draft, for as long as it is written: another way of the screen is looked at in between. */
const kept = new WeakMap<object, Arrangement>()

export interface Arranged {
  graph: Graph
  boxes: ReadonlyMap<ThingKey, Box>
  chosen: Thing | undefined
  isMoved: boolean
  choose(key: ThingKey | undefined): void
  move(key: ThingKey, by: Point): void
  tidy(): void
  /** What is new in the workloads to come: chosen, and moved to where it was dropped. */
  expect(next: Bodies, find: (graph: Graph) => Thing | undefined, at?: Point): void
}

export function useArrangement(bodies: Bodies, of: object): Arranged {
  const [state, setState] = useState(() => arrange(kept.get(of) ?? UNARRANGED, bodies))
  const [chosenKey, choose] = useState<ThingKey>()
  const now = arrange(state, bodies)
  if (now !== state) setState(now)
  useEffect(() => void kept.set(of, now), [of, now])

  const graph = useMemo(() => graphOf(now), [now])
  const boxes = useMemo(() => boxesOf(graph, now.moved), [graph, now.moved])
  return {
    graph,
    boxes,
    chosen: chosenKey && graph.byKey.get(chosenKey),
    isMoved: now.moved.size > 0,
    choose,
    move: (key, by) => setState((before) => moveBy(before, key, by)),
    tidy: () => setState((before) => ({ ...before, moved: new Map() })),
    expect(next, find, at) {
      const coming = arrange(now, next)
      const thing = find(graphOf(coming))
      if (!thing) return
      setState(at ? moveTo(coming, thing.key, at) : coming)
      choose(thing.key)
    },
  }
}
