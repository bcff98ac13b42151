/** One image from one peer: to a file, looked through as it comes, then into the engine. */
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../../../base/clock/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import { createFrameReader, framed, type Net, type NodeId } from '../../../base/net/index.ts'
import type { Engine } from './engine.ts'
import { createArchiveCheck } from './image-archive.ts'
import { encodeMessage, IMAGE_PROTOCOL, parseImageAnswer } from './image-messages.ts'
import {
  IMAGE_ARCHIVE_BYTES_MAX,
  IMAGE_BYTES_PER_PERIOD_MIN,
  IMAGE_FRAME_BYTES_MAX,
  IMAGE_PERIOD_MS,
} from './limits.ts'

export interface ImageFetchDeps {
  net: Pick<Net, 'openStream'>
  engine: Engine
  clock: Clock
}

export interface ImageFetchRequest {
  imageId: string
  peer: NodeId
  /** Where the archive is kept meanwhile; removed in the end. */
  file: string
  signal: AbortSignal
  onBytes(doneBytes: number, totalBytes: number): void
}

/** False when the peer does not serve it. Throws DIGEST_MISMATCH when it sends something else. */
export async function fetchImage(
  { net, engine, clock }: ImageFetchDeps,
  { imageId, peer, file, signal, onBytes }: ImageFetchRequest,
): Promise<boolean> {
  const stream = await net.openStream(peer, IMAGE_PROTOCOL, { signal })
  const pace = watchPace(clock, () => stream.abort(new Error('too slow')))
  const onAbort = (): void => stream.abort(new Error('not wanted any more'))
  signal.addEventListener('abort', onAbort)
  try {
    await stream.write(framed(encodeMessage({ imageId })))
    await stream.closeWrite()
    const reader = createFrameReader(stream)
    const head = parseImageAnswer(await reader.frame(IMAGE_FRAME_BYTES_MAX))
    if (head.status !== 'ok') return false
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const check = createArchiveCheck(imageId)
    let doneBytes = 0
    const checked = async function* () {
      for await (const chunk of reader.rest()) {
        pace.progressed(chunk.byteLength)
        doneBytes += chunk.byteLength
        if (doneBytes > IMAGE_ARCHIVE_BYTES_MAX) {
          throw new MyceliumError('DIGEST_MISMATCH', 'The image archive from a peer has no end.')
        }
        check.take(chunk)
        onBytes(Math.min(doneBytes, head.sizeBytes), head.sizeBytes)
        yield chunk
      }
    }
    await pipeline(checked, createWriteStream(file, { mode: 0o600 }))
    check.end()
    pace.end()
    await engine.loadImage(file)
    if ((await engine.image(imageId))?.id === imageId) return true
    throw new MyceliumError('DIGEST_MISMATCH', 'The engine made another image of the archive.')
  } catch (error) {
    stream.abort(new Error('transfer given up'))
    throw error
  } finally {
    pace.end()
    signal.removeEventListener('abort', onAbort)
    await rm(file, { force: true })
  }
}

/** Gives up on a transfer that is so slow that it only occupies us. */
function watchPace(clock: Clock, giveUp: () => void) {
  let bytes = 0
  const check = (): void => {
    if (bytes < IMAGE_BYTES_PER_PERIOD_MIN) giveUp()
    bytes = 0
    cancel = clock.timer(IMAGE_PERIOD_MS, check)
  }
  let cancel = clock.timer(IMAGE_PERIOD_MS, check)
  return {
    progressed(chunkBytes: number): void {
      bytes += chunkBytes
    },
    end: () => cancel(),
  }
}
