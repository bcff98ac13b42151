/**
 * One blob from several peers. A transfer that breaks off is resumed by the next peer. When the
 * bytes of several peers do not add up to the digest, nobody is known to have lied: each of them
 * is then asked once more from the start, alone, so that one liar cannot keep a blob away.
 */
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import {
  createFrameReader,
  framed,
  type Net,
  type NetStream,
  type NodeId,
} from '../../base/net/index.ts'
import type { OpenBlob } from './blob-files.ts'
import type { Digest, FetchProgress } from './index.ts'
import { BYTES_PER_PERIOD_MIN, FRAME_BYTES_MAX, PEERS_ASKED_MAX, PERIOD_MS } from './limits.ts'
import { BLOB_PROTOCOL, encodeMessage, parseAnswer } from './messages.ts'

export interface FetchDeps {
  net: Pick<Net, 'openStream'>
  clock: Clock
  logger: Logger
  nameOf(node: NodeId): string
}

export interface FetchRequest {
  digest: Digest
  /** Where the bytes go; may hold what an earlier transfer left. */
  blob: OpenBlob
  holders: readonly NodeId[]
  bytesMax: number
  signal: AbortSignal
  onProgress(progress: FetchProgress): void
}

/** Fills `request.blob` with the right bytes, or throws BLOB_NOT_FOUND or DIGEST_MISMATCH. */
export async function fetchFromPeers(deps: FetchDeps, request: FetchRequest): Promise<void> {
  const { blob, digest } = request
  const queue = request.holders.slice(0, PEERS_ASKED_MAX).map((peer) => ({ peer, alone: false }))
  /** Whose bytes are in the file; bytes left by an earlier transfer are anybody's. */
  let contributors = new Set<NodeId | 'earlier'>(blob.sizeBytes > 0 ? ['earlier'] : [])
  let mismatched = false

  const startOver = async (): Promise<void> => {
    await blob.empty()
    contributors = new Set()
  }

  for (let next = queue.shift(); next; next = queue.shift()) {
    const { peer, alone } = next
    if (alone && blob.sizeBytes > 0) await startOver()
    const startBytes = blob.sizeBytes
    const outcome = await transfer(deps, request, peer)
    if (blob.sizeBytes > startBytes) contributors.add(peer)
    // One of the two lies about the size: this peer, or whoever sent what is in the file.
    if (outcome === 'shorter') queue.push({ peer, alone: true })
    if (outcome !== 'complete') continue
    if (blob.digest() === digest) return
    mismatched = true
    deps.logger.warn('blob does not match its digest', { digest, from: [...contributors] })
    if (contributors.size > 1 || contributors.has('earlier')) {
      for (const each of contributors) {
        if (each !== 'earlier') queue.push({ peer: each, alone: true })
      }
    }
    await startOver()
  }
  if (mismatched) {
    throw new MyceliumError('DIGEST_MISMATCH', `What came for ${digest} is something else.`)
  }
  throw new MyceliumError('BLOB_NOT_FOUND', `No reachable node holds ${digest}.`)
}

/** complete: the peer sent all that was missing. shorter: its blob has fewer bytes than the file. */
async function transfer(
  deps: FetchDeps,
  request: FetchRequest,
  peer: NodeId,
): Promise<'complete' | 'broken' | 'shorter'> {
  const { blob, digest, signal } = request
  const { logger } = deps
  signal.throwIfAborted()
  let stream: NetStream | undefined
  const watch = watchStalls(deps.clock, signal, (reason) => stream?.abort(reason))
  try {
    stream = await deps.net.openStream(peer, BLOB_PROTOCOL, { signal })
    await stream.write(framed(encodeMessage({ digest, offset: blob.sizeBytes })))
    await stream.closeWrite()
    const reader = createFrameReader(stream)
    const head = parseAnswer(await reader.frame(FRAME_BYTES_MAX))
    if (head.status !== 'ok' || head.sizeBytes > request.bytesMax) return 'broken'
    if (head.sizeBytes < blob.sizeBytes) return 'shorter'
    for await (const chunk of reader.rest()) {
      watch.progressed(chunk.byteLength)
      if (blob.sizeBytes + chunk.byteLength > head.sizeBytes) {
        stream.abort(new Error('more bytes than announced'))
        return 'broken'
      }
      await blob.write(chunk)
      request.onProgress({
        receivedBytes: blob.sizeBytes,
        totalBytes: head.sizeBytes,
        from: deps.nameOf(peer),
      })
    }
    return blob.sizeBytes === head.sizeBytes ? 'complete' : 'broken'
  } catch (error) {
    stream?.abort(new Error('transfer given up'))
    signal.throwIfAborted()
    // A broken disk is not the peer's doing, and the next peer would meet it too.
    if (error instanceof MyceliumError && error.code.startsWith('DISK_')) throw error
    logger.debug('a peer did not deliver a blob', { digest, peer, reason: messageOf(error) })
    return 'broken'
  } finally {
    watch.end()
  }
}

/** Gives up when the signal fires, or when a transfer is so slow that it only occupies us. */
function watchStalls(clock: Clock, signal: AbortSignal, giveUp: (reason: Error) => void) {
  let bytes = 0
  const check = (): void => {
    if (bytes < BYTES_PER_PERIOD_MIN) giveUp(new Error('too slow'))
    bytes = 0
    cancel = clock.timer(PERIOD_MS, check)
  }
  let cancel = clock.timer(PERIOD_MS, check)
  const onAbort = (): void => giveUp(new Error('not wanted any more'))
  signal.addEventListener('abort', onAbort)
  return {
    progressed(chunkBytes: number): void {
      bytes += chunkBytes
    },
    end(): void {
      cancel()
      signal.removeEventListener('abort', onAbort)
    },
  }
}
