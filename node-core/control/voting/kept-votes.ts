/** Votes that are not revealed yet, in the home: whoever loses the nonce can reveal nothing. */
import { z } from 'zod'
import type { Disk } from '../../base/disk/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createKeptFile } from '../../base/kept-file/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { KEPT_VOTES_BYTES_MAX, KEPT_VOTES_MAX, REPLACED_KEPT_MAX } from './limits.ts'

const bytes32 = z.custom<Uint8Array>((one) => one instanceof Uint8Array && one.byteLength === 32)
/** What it takes to reveal one. */
const secret = z.strictObject({
  choice: z.enum(['yes', 'no']),
  nonce: bytes32,
  commitment: bytes32,
})
export type VoteSecret = z.infer<typeof secret>
const keptVote = secret.extend({
  proposal: z.int().min(1),
  /** The registry has taken it. */
  entered: z.boolean(),
  /** Commitments whose place it takes: another than these and its own was said after it. */
  before: z.array(bytes32).max(REPLACED_KEPT_MAX).default([]),
  /** Those of them that are of this home, until it is entered: one of them may be what stands when the voting closes. */
  earlier: z.array(secret).max(REPLACED_KEPT_MAX).default([]),
  /** Its owner was told that it counts for nothing. */
  lost: z.boolean(),
})
export type KeptVote = z.infer<typeof keptVote>

export interface KeptVotes {
  open(): Promise<void>
  get(proposal: number): KeptVote | undefined
  all(): readonly KeptVote[]
  /** In place of another on the same proposal. Throws LIMIT_REACHED, or DISK_FULL and keeps what there was. */
  put(vote: KeptVote): Promise<void>
  drop(proposal: number): Promise<void>
}

export function createKeptVotes(deps: {
  disk: Pick<Disk, 'read' | 'writeAtomic'>
  logger: Logger
}): KeptVotes {
  const file = createKeptFile({ ...deps, path: 'votes.cbor' }, { bytesMax: KEPT_VOTES_BYTES_MAX })
  let votes = new Map<number, KeptVote>()

  async function replace(next: Map<number, KeptVote>): Promise<void> {
    if (next.size > KEPT_VOTES_MAX) {
      throw new MyceliumError('LIMIT_REACHED', 'Too many votes wait to be revealed.')
    }
    const isKept = await file.write([...next.values()])
    if (!isKept) {
      throw new MyceliumError(
        'DISK_FULL',
        'The vote could not be kept on the disk of this computer.',
      )
    }
    votes = next
  }

  return {
    async open() {
      const read = z.array(keptVote).safeParse((await file.read()) ?? [])
      if (!read.success) deps.logger.warn('The votes that are kept here cannot be read')
      votes = new Map((read.data ?? []).map((vote) => [vote.proposal, vote]))
    },
    get: (proposal) => votes.get(proposal),
    all: () => [...votes.values()],
    put: (vote) => replace(new Map([...votes, [vote.proposal, vote]])),
    drop: (proposal) => replace(new Map([...votes].filter(([one]) => one !== proposal))),
  }
}
