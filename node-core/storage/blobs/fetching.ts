/**
 * One blob from several peers. Which list of pieces is the right one nobody can tell beforehand: the
 * digest is of the whole. So the list that most holders stand for is taken, each piece is checked by
 * it, and the whole by the digest in the end. Where that fails, who stood for the list is passed over,
 * and the next list is tried.
 */
import { MyceliumError } from '../../base/errors/index.ts'
import type { PieceRoot } from '../pieces/index.ts'
import { ROUNDS_MAX } from './limits.ts'
import type { PartialBlob } from './partial-blob.ts'
import { type FetchRequest, type RoundDeps, runRound } from './round.ts'

/** The file with the right bytes. Throws BLOB_NOT_FOUND, DIGEST_MISMATCH, TOO_LARGE or DISK_…. */
export async function fetchFromPeers(deps: RoundDeps, request: FetchRequest): Promise<PartialBlob> {
  const { digest } = request
  const refused = new Set<PieceRoot>()
  let lied = request.holders.some((peer) => deps.suspects.has(peer, deps.clock.monotonicMs()))
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const outcome = await runRound(deps, request, refused)
    if (outcome.liars) lied = true
    if (!outcome.partial) break
    try {
      if ((await outcome.partial.digest()) === digest) return outcome.partial
    } catch (error) {
      await outcome.partial.suspend()
      throw error
    }
    const { root } = outcome.partial.list
    deps.logger.warn('a blob does not match its digest', { digest, from: outcome.vouchers })
    for (const peer of outcome.vouchers) deps.suspects.blame(peer, deps.clock.monotonicMs())
    lied = true
    refused.add(root)
    await outcome.partial.drop()
  }
  request.signal.throwIfAborted()
  if (lied) {
    throw new MyceliumError('DIGEST_MISMATCH', `What came for ${digest} is something else.`)
  }
  throw new MyceliumError('BLOB_NOT_FOUND', `No reachable node holds ${digest}.`)
}
