import { type RefObject, useState } from 'react'
import type { Point } from '../../../topology/index.ts'
import type { Asking, Piece } from './asking.ts'
import type { Bodies } from './bodies.ts'
import { ownerOf, type ThingKey } from './graph.ts'
import { canGo, removeThing } from './removing.ts'
import type { Arranged } from './use-arrangement.ts'
import type { Looking } from './use-camera.ts'
import { thingAt } from './use-pointer.ts'

export interface Acts {
  asking: Asking | undefined
  answered(): void
  /** Asks for what a piece needs: pressed, or dropped somewhere in the window. */
  ask(piece: Piece, client?: Point): void
  connect(from: ThingKey, to: ThingKey): void
  /** Of what is chosen. */
  remove(): void
}

export function useActs({
  arranged: { graph, chosen, choose },
  looking,
  stage,
  onEdit,
}: {
  arranged: Arranged
  looking: Looking
  stage: RefObject<HTMLElement | null>
  onEdit: (to: (now: Bodies) => Bodies) => void
}): Acts {
  const [asking, setAsking] = useState<Asking>()
  return {
    asking,
    answered: () => setAsking(undefined),
    ask(piece, client) {
      if (client && !isWithin(stage.current, client)) return
      const over = client && thingAt(graph, client)
      const on = over === undefined ? (client ? undefined : chosen) : graph.byKey.get(over)
      // What is dropped on something grows out of it, where the layout has room for it.
      const at = client && over === undefined ? looking.toWorld(client) : undefined
      if (at) looking.hold()
      setAsking({ piece, service: on && ownerOf(graph, on)?.index, at })
    },
    connect(from, to) {
      const [user, used] = [graph.byKey.get(from), graph.byKey.get(to)]
      if (user?.kind !== 'service' || !used) return
      const name = used.kind === 'elsewhere' ? used.name : ownerOf(graph, used)?.name
      if (name && name !== user.name) setAsking({ piece: 'link', service: user.index, to: name })
    },
    remove() {
      if (!chosen || !canGo(chosen)) return
      onEdit((now) => removeThing(now, chosen))
      choose(undefined)
      stage.current?.focus()
    },
  }
}

function isWithin(element: HTMLElement | null, { x, y }: Point): boolean {
  return element?.parentElement?.contains(document.elementFromPoint(x, y)) ?? false
}
