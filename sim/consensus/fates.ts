/** Every proposal and every read is answered once, and truthfully. */
import type {
  CommittedEntry,
  Fate,
  ProposalId,
  ReadId,
  ReadResult,
} from '../../node-core/control/consensus/index.ts'
import type { CommittedLog } from './committed-log.ts'
import { decodeCommand } from './store.ts'

export interface Fates {
  proposed(life: string, proposal: ProposalId): void
  sawFate(life: string, fate: Fate): void
  /** An entry was delivered, by whomever. */
  sawInLog(life: string, entry: CommittedEntry): void
  askedRead(life: string, read: ReadId): void
  sawRead(life: string, read: ReadResult): void
  died(life: string): void
  untold(life: string): string[]
}

export interface FatesDeps {
  log: CommittedLog
  /** Whether what stands at one index may stand at another too. */
  repeats: boolean
  fail: (what: string) => void
}

export function createFates({ log, repeats, fail }: FatesDeps): Fates {
  /** By life, what it has not been told yet. */
  const proposals = new Map<string, Set<string>>()
  const reads = new Map<string, Map<string, number>>()
  const refused = new Set<string>()
  /** What was told to be committed, and where. Once, unlike what was handed on to another node. */
  const placed = new Map<string, number>()
  /** What was told to be at an index that nobody has delivered yet. */
  const expected = new Map<number, string>()
  const of = <T>(map: Map<string, T>, life: string, empty: () => T): T => {
    const found = map.get(life) ?? empty()
    map.set(life, found)
    return found
  }

  return {
    proposed: (life, proposal) => void of(proposals, life, () => new Set()).add(proposal),
    sawFate(life, fate) {
      if (!proposals.get(life)?.delete(fate.id))
        fail(`${life} is told the fate of ${fate.id} again`)
      if (fate.outcome === 'refused') {
        refused.add(fate.id)
        const index = log.indexOf(fate.id)
        if (index !== undefined) fail(`${fate.id} was refused and stands at ${index}`)
      }
      if (fate.outcome !== 'committed') return
      if (!repeats) placed.set(fate.id, fate.index)
      const last = log.indexOf(fate.id)
      if (!repeats && last !== undefined && last !== fate.index)
        fail(`${fate.id} is at ${fate.index} and ${last}`)
      if (fate.index > log.committed()) expected.set(fate.index, fate.id)
      else agree(fate.index, fate.id)
    },
    sawInLog(life, { index, payload }) {
      const promised = expected.get(index)
      if (promised !== undefined) agree(index, promised)
      expected.delete(index)
      const proposal = decodeCommand(payload)?.proposal
      if (proposal === undefined) return
      if (refused.has(proposal)) fail(`${life} delivers ${proposal} at ${index}, which was refused`)
      const known = placed.get(proposal)
      if (known !== undefined && known !== index) {
        fail(`${life} delivers ${proposal} at ${index}, which was told to be at ${known}`)
      }
    },
    askedRead(life, read) {
      of(reads, life, () => new Map()).set(read, log.committed())
    },
    sawRead(life, { id, index }) {
      const atLeast = reads.get(life)?.get(id)
      if (atLeast === undefined) return fail(`${life} is answered ${id} again`)
      reads.get(life)?.delete(id)
      // Stronger than any history of clients shows: whatever was delivered anywhere is seen.
      if (index !== undefined && index < atLeast) {
        fail(`${life} may read at ${index}, and ${atLeast} was delivered before it asked`)
      }
    },
    died(life) {
      proposals.delete(life)
      reads.delete(life)
    },
    untold: (life) => [...(proposals.get(life) ?? []), ...(reads.get(life)?.keys() ?? [])],
  }

  function agree(index: number, proposal: string): void {
    const found = log.proposalAt(index)
    // A change of members carries no payload to know it by.
    if (found === undefined || found === proposal) return
    fail(`${proposal} was told to be at ${index}, where ${found} is`)
  }
}
