/** What runs where, as the engines have it, whatever records and registries say. */
import type { SimEngine, StartRequest } from '../../node-core/work/runners/index.ts'
import { type Slot, slotOf, type Workload } from '../../node-core/work/spec/index.ts'
import type { Computer } from './computer.ts'

/** One that an engine holds, running or not. */
export type Held = ReturnType<SimEngine['held']['get']> & {}

export interface Copy {
  computer: Computer
  id: string
  workload: string
  index: number
  slot: Slot
  /** The image, of which each change has another. */
  version: string
}

export interface Copies {
  began(request: StartRequest): void
  of(computer: Computer, held: Held): Copy
  running(): Copy[]
}

export function createCopies(computers: () => readonly Computer[]): Copies {
  const versions = new Map<string, string>()
  const copies: Copies = {
    began: ({ id, workload }) => void versions.set(id, versionOf(workload)),
    of(computer, { running: { id, workload, index } }) {
      const version = versions.get(id) ?? ''
      return { computer, id, workload, index, slot: slotOf(workload, index), version }
    },
    running: () =>
      computers().flatMap((computer) =>
        [...computer.engine.held.values()]
          .filter(({ running }) => running.state === 'running')
          .map((held) => copies.of(computer, held)),
      ),
  }
  return copies
}

export function versionOf({ parts: [{ source }] }: Workload): string {
  return 'image' in source ? source.image : ''
}
