import { useEffect, useMemo, useRef, useState } from 'react'
import type { Point } from '../../../topology/index.ts'
import {
  type Arrangement,
  arrange,
  boxesOf,
  createStanding,
  graphOf,
  moveBy,
  moveTo,
  type Standing,
} from './arrangement.ts'
import type { Bodies } from './bodies.ts'
import type { Graph, Thing, ThingKey } from './graph.ts'
import type { Box } from './threads.ts'

/** Of each draft, for as long as it is written: another way of the screen is looked at in between. */
const standings = new WeakMap<object, Standing>()

function standingOf(draft: object): Standing {
  const standing = standings.get(draft) ?? createStanding()
  standings.set(draft, standing)
  return standing
}

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

/** `onStep`: the same workloads as a state of the draft of its own, which can be taken back. */
export function useArrangement(
  bodies: Bodies,
  of: object,
  onStep: (stroke?: string) => Bodies,
): Arranged {
  const standing = standingOf(of)
  const [state, setState] = useState(() => standing.at(bodies))
  const [chosenKey, choose] = useState<ThingKey>()
  const now = state.identified.bodies === bodies ? state : standing.at(bodies)
  if (now !== state) setState(now)
  useEffect(() => standing.keep(now), [standing, now])
  // A pointer moves more often than anything is drawn.
  const latest = useRef(now)
  latest.current = now
  const step = (to: (before: Arrangement) => Arrangement, stroke?: string): void => {
    const next = to(arrange(latest.current, onStep(stroke)))
    latest.current = next
    standing.keep(next)
    setState(next)
  }

  const graph = useMemo(() => graphOf(now), [now])
  const boxes = useMemo(() => boxesOf(graph, now.moved), [graph, now.moved])
  return {
    graph,
    boxes,
    chosen: chosenKey && graph.byKey.get(chosenKey),
    isMoved: now.moved.size > 0,
    choose,
    move: (key, by) => step((before) => moveBy(before, key, by), `move ${key}`),
    tidy: () => step((before) => ({ ...before, moved: new Map() })),
    expect(next, find, at) {
      const coming = arrange(now, next)
      const thing = find(graphOf(coming))
      if (!thing) return
      const placed = at ? moveTo(coming, thing.key, at) : coming
      // Before the workloads are those: whichever is drawn first, it stands there.
      standing.keep(placed)
      setState(placed)
      choose(thing.key)
    },
  }
}
