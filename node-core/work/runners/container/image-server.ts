/** Gives members the images that workloads of this network use, and nothing else of this engine. */
import { MyceliumError, messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import {
  createFrameReader,
  framed,
  type Net,
  type NetStream,
  type NodeId,
} from '../../../base/net/index.ts'
import type { Engine } from './engine.ts'
import {
  encodeMessage,
  HAVE_PROTOCOL,
  IMAGE_PROTOCOL,
  parseHaveQuestion,
  parseImageQuestion,
} from './image-messages.ts'
import { IMAGE_FRAME_BYTES_MAX, IMAGE_SERVING_MAX } from './limits.ts'

export interface ImageServerDeps {
  net: Pick<Net, 'onRequest' | 'onStream'>
  engine: Engine
  logger: Logger
  /** Whether a workload of this network wants this image. */
  wanted(imageId: string): boolean
}

export function createImageServer({ net, engine, logger, wanted }: ImageServerDeps) {
  const open = new Map<NetStream, { done: Promise<void>; abort: AbortController }>()
  let closeDoors: (() => void)[] = []

  async function answerHave(body: Uint8Array): Promise<Uint8Array> {
    const { reference } = parseHaveQuestion(body)
    const image = await engine.image(reference)
    return encodeMessage(image ? { imageId: image.id, exposes: image.exposes } : {})
  }

  async function serve(stream: NetStream, signal: AbortSignal): Promise<void> {
    const reader = createFrameReader(stream)
    const { imageId } = parseImageQuestion(await reader.frame(IMAGE_FRAME_BYTES_MAX))
    const busy = open.size > IMAGE_SERVING_MAX
    const image = busy || !wanted(imageId) ? undefined : await engine.image(imageId)
    if (!image || image.id !== imageId) {
      await stream.write(framed(encodeMessage({ status: busy ? 'busy' : 'absent' })))
      return stream.closeWrite()
    }
    await stream.write(framed(encodeMessage({ status: 'ok', sizeBytes: image.sizeBytes })))
    for await (const chunk of await engine.saveImage(imageId, signal)) await stream.write(chunk)
    await stream.closeWrite()
  }

  function accept(stream: NetStream, peer: NodeId): void {
    const abort = new AbortController()
    const done = serve(stream, abort.signal)
      .catch((error) => {
        stream.abort(new Error('not served'))
        logger.debug('serving an image ended early', { peer, reason: messageOf(error) })
      })
      .finally(() => open.delete(stream))
    open.set(stream, { done, abort })
  }

  return {
    start(): void {
      closeDoors = [
        net.onRequest(HAVE_PROTOCOL, answerHave, { requestBytesMax: IMAGE_FRAME_BYTES_MAX }),
        net.onStream(IMAGE_PROTOCOL, accept),
      ]
    },
    async stop(): Promise<void> {
      for (const close of closeDoors.splice(0)) close()
      const stopping = new MyceliumError('ENGINE_UNAVAILABLE', 'This node stops.')
      for (const [stream, { abort }] of open) {
        abort.abort(stopping)
        stream.abort(stopping)
      }
      await Promise.all([...open.values()].map(({ done }) => done))
    },
  }
}
