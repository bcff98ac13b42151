/**
 * The copy of a node that follows (docs/adr/0014), where nobody is left who voted (docs/adr/0016). It
 * holds what was committed and nothing else, as a state and not as a log: no terms, no votes.
 */
import { createHash } from 'node:crypto'
import { equalBytes } from '../../base/codec/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { CommittedEntry, LogIndex, SalvagedEntry } from '../consensus/index.ts'
import { endOfFollowed } from '../consensus/simplex/index.ts'
import { createRegistry, type RegistryView } from '../registry/index.ts'
import {
  type CommitteeStatement,
  type EndedEra,
  FOLLOWED_BYTES_MAX,
  toEra,
} from '../succession/index.ts'
import type { Ending } from './era-book.ts'
import type { Ground, Signed } from './salvaging.ts'

export interface FollowedCopy {
  /** Its snapshot as of the last entry. */
  state: Uint8Array
  index: LogIndex
  view: RegistryView
  /** Who voted, as far as anybody has told. */
  voters: readonly NodeId[]
  /** What it remembers of the log, the last entry at the end. */
  latest: readonly CommittedEntry[]
  /** The last term that it has heard of. */
  term: number
}

/** From where a mandate that is written down is carried out, whatever crashes meanwhile. */
const BASIS = 'registry/basis.snapshot'
const DIGEST_BYTES = 16

export async function keepBasis(disk: Disk, { state }: FollowedCopy): Promise<void> {
  await disk.writeAtomic(BASIS, state, { mode: 0o600 })
}

/** What that mandate goes on from; undefined where it is not, or no more, here. */
export async function readBasis(
  disk: Disk,
  { ended: { certified, followed } }: Ending,
): Promise<Uint8Array | undefined> {
  const state = followed && (await disk.read(BASIS))
  return state && certified && equalBytes(sha256(state), certified.state) ? state : undefined
}

export async function dropBasis(disk: Disk): Promise<void> {
  await disk.remove(BASIS)
}

/** What is signed, as `statementOn`. */
export function statementOnFollowed(copy: FollowedCopy, of: Signed): CommitteeStatement {
  const { index: last, term, view, voters } = copy
  return {
    era: toEra(of.ended + 1),
    index: (last + 1) as LogIndex,
    voters: [of.voter],
    ended: {
      ...{ era: of.ended, voters, last, term, terms: [], revision: view.revision },
      atMs: of.atMs,
      certified: { certificate: null, state: sha256(copy.state) },
      followed: digestsOf(copy.latest),
    },
  }
}

/** Throws SnapshotErrorCode. */
export function groundOnFollowed(
  network: Parameters<typeof createRegistry>[0]['network'],
  state: Uint8Array,
  { ended: { last, term } }: Ending,
): Ground {
  const registry = createRegistry({ network, voters: [] })
  registry.restore(state)
  return {
    registry,
    last: { index: last, term },
    term,
    chainEnd: endOfFollowed(last, sha256(state)),
  }
}

function digestsOf(entries: readonly CommittedEntry[]): Uint8Array {
  const told = entries.slice(-FOLLOWED_BYTES_MAX / DIGEST_BYTES)
  return Uint8Array.from(Buffer.concat(told.map(({ payload }) => digestOf(payload))))
}

/** Undefined where the mandate does not tell: the copy had forgotten the entry, or never had it. */
export function isSameAsFollowed(ended: EndedEra, entry: SalvagedEntry): boolean | undefined {
  const { followed = NOTHING, last } = ended
  const at = followed.byteLength - (last - entry.index + 1) * DIGEST_BYTES
  if (entry.index > last || at < 0) return undefined
  return equalBytes(followed.subarray(at, at + DIGEST_BYTES), digestOf(entry.payload))
}

function digestOf(payload: Uint8Array): Uint8Array {
  return sha256(payload).subarray(0, DIGEST_BYTES)
}

function sha256(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).digest())
}

const NOTHING = new Uint8Array()
