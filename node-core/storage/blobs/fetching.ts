/**
 * One blob from several peers. Which list of pieces is the right one nobody can tell beforehand: the
 * digest is of the whole. So the list that most holders stand for is taken, each piece is checked by
 * it, and the whole by the digest in the end. Where that fails, who stood for the list is passed over,
 * and the next list is tried. What comes too slowly is put aside for the next list as well, without
 * blame: its turn comes again, and less is asked of it then.
 */
import { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { PieceRoot } from '../pieces/index.ts'
import { ROUNDS_MAX, SLOW_ROUNDS_MAX } from './limits.ts'
import type { PartialBlob } from './partial-blob.ts'
import { type FetchRequest, type RoundDeps, type RoundOutcome, runRound } from './round.ts'

/** The file with the right bytes. Throws BLOB_NOT_FOUND, BLOB_SLOW, DIGEST_MISMATCH, TOO_LARGE or DISK_…. */
export async function fetchFromPeers(deps: RoundDeps, request: FetchRequest): Promise<PartialBlob> {
  const { digest } = request
  const refused = new Set<PieceRoot>()
  const withheld = new Set<NodeId>()
  let refusedBytes: number | undefined
  let lied = request.holders.some((peer) => deps.suspects.has(peer, deps.clock.monotonicMs()))
  let slowRounds = 0
  for (let falseLists = 0; falseLists < ROUNDS_MAX; ) {
    request.signal.throwIfAborted()
    const outcome = await runRound(deps, request, refused, withheld)
    if (outcome.liars) lied = true
    refusedBytes = outcome.refusedBytes
    if (outcome.slow) {
      deps.logger.info('a blob came too slowly', { digest, from: outcome.vouchers })
      if (outcome.slow === 'rivals' && ++slowRounds < SLOW_ROUNDS_MAX) continue
      throw new MyceliumError('BLOB_SLOW', `Whoever holds ${digest} sends too little of it.`)
    }
    if (!outcome.partial) break
    try {
      if ((await outcome.partial.digest()) === digest) return outcome.partial
    } catch (error) {
      await outcome.partial.suspend()
      throw error
    }
    const { root } = outcome.partial.list
    const blamed = convicted(outcome)
    deps.logger.warn('a blob does not match its digest', { digest, from: blamed })
    for (const peer of blamed) deps.suspects.blame(peer, deps.clock.monotonicMs())
    lied = true
    refused.add(root)
    falseLists++
    await outcome.partial.drop()
  }
  request.signal.throwIfAborted()
  // Whoever offered what there is no room for may be the honest one.
  if (refusedBytes !== undefined && refusedBytes <= request.bytesMax) {
    throw request.noRoom()
  }
  if (lied) {
    throw new MyceliumError('DIGEST_MISMATCH', `What came for ${digest} is something else.`)
  }
  if (refusedBytes !== undefined) {
    const message = `A blob of ${refusedBytes} bytes is larger than the ${request.bytesMax} it may have.`
    throw new MyceliumError('TOO_LARGE', message)
  }
  throw new MyceliumError('BLOB_NOT_FOUND', `No reachable node holds ${digest}.`)
}

/** Who stood for the list; where nobody did, who brought it up. */
function convicted({ vouchers, listFrom }: RoundOutcome): NodeId[] {
  return vouchers.length > 0 || listFrom === undefined ? vouchers : [listFrom]
}
