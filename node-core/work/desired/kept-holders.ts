/**
 * Who held slots before, on disk: what still serves in the middle of a move is asked by an edge that was
 * started again meanwhile.
 */
import { z } from 'zod'
import { createKeptFile, type KeptFileDeps } from '../../base/kept-file/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { parseSlot, type Slot, slotOf } from '../spec/index.ts'
import type { Former } from './former-holders.ts'
import { nodeShape, ownerShape } from './kept-rows.ts'
import { HOLDERS_KEPT_MAX, KEPT_BYTES_MAX } from './limits.ts'

const CONTENT = z.array(
  z.tuple([z.string(), ownerShape, z.array(nodeShape).min(1).max(HOLDERS_KEPT_MAX)]),
)

export interface KeptHolders {
  /** Empty where there are none that can be read. */
  read(): Promise<ReadonlyMap<Slot, Former>>
  /** False where it is worth another try. */
  write(holders: ReadonlyMap<Slot, Former>): Promise<boolean>
}

export function createKeptHolders(disk: KeptFileDeps['disk'], logger: Logger): KeptHolders {
  const path = 'registry/held-before.cbor'
  const file = createKeptFile({ disk, path, logger }, { bytesMax: KEPT_BYTES_MAX })
  return {
    async read() {
      const content = CONTENT.safeParse(await file.read()).data ?? []
      return new Map(
        content.flatMap(([text, owner, nodes]): [Slot, Former][] => {
          const slot = parseSlot(text)
          return slot ? [[slotOf(slot.workload, slot.index), { owner, nodes }]] : []
        }),
      )
    },
    write: (holders) =>
      file.write([...holders].map(([slot, { owner, nodes }]) => [slot, owner, [...nodes]])),
  }
}
