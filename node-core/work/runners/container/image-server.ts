/** Tells members which images this engine has, and has those taken apart that workloads use. */
import type { Clock } from '../../../base/clock/index.ts'
import { messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { Net } from '../../../base/net/index.ts'
import { parseDigest } from '../../../storage/blobs/index.ts'
import type { ContainerSource } from '../../spec/index.ts'
import type { Engine } from './engine.ts'
import { type ImageExport, imageDigest } from './image-export.ts'
import {
  encodeMessage,
  HAVE_PROTOCOL,
  OFFER_PROTOCOL,
  type OfferAnswer,
  parseHaveQuestion,
  parseOfferQuestion,
} from './image-messages.ts'
import { IMAGE_FRAME_BYTES_MAX, OFFER_HOLD_MS } from './limits.ts'

export interface ImageServerDeps {
  net: Pick<Net, 'onRequest'>
  clock: Clock
  engine: Pick<Engine, 'image'>
  export: ImageExport
  logger: Logger
  /** What workloads of this network want. */
  wanted(): readonly ContainerSource[]
}

export function createImageServer(deps: ImageServerDeps) {
  const { net, clock, engine, logger, wanted } = deps
  let closeDoors: (() => void)[] = []

  async function answerHave(body: Uint8Array): Promise<Uint8Array> {
    const { reference } = parseHaveQuestion(body)
    const image = await engine.image(reference)
    if (!image) return encodeMessage({})
    const digest = parseDigest(image.id)
    const ready = digest !== undefined && (await deps.export.parts(digest)) !== undefined
    return encodeMessage({ imageId: image.id, exposes: image.exposes, ready })
  }

  async function answerOffer(body: Uint8Array): Promise<Uint8Array> {
    const { imageId } = parseOfferQuestion(body)
    return encodeMessage(await offerOf(imageId))
  }

  /**
   * By its id, or as what this engine knows under a name that was fixed to none, since nobody had it when
   * it was deployed: the first who has it from a registry is whom the others get it from.
   */
  async function isWanted(imageId: string): Promise<boolean> {
    const sources = wanted()
    if (sources.some((source) => source.imageId === imageId)) return true
    const unfixed = sources.flatMap(({ image, imageId: id }) => (id === undefined ? [image] : []))
    for (const name of new Set(unfixed)) {
      if ((await engine.image(name))?.id === imageId) return true
    }
    return false
  }

  async function offerOf(imageId: string): Promise<OfferAnswer> {
    const image = (await isWanted(imageId)) ? await engine.image(imageId) : undefined
    if (image?.id !== imageId) return { status: 'absent' }
    const { promise: held, resolve } = Promise.withResolvers<OfferAnswer>()
    const cancel = clock.timer(OFFER_HOLD_MS, () => resolve({ status: 'preparing' }))
    const { begun, done } = deps.export.prepare(imageDigest(imageId))
    const coming = begun.then((): OfferAnswer => {
      return { status: 'coming', totalBytes: image.sizeBytes }
    })
    const ready = done.then(
      (sizes): OfferAnswer => ({ status: 'ready', sizes: Object.fromEntries(sizes) }),
      (error: unknown): OfferAnswer => {
        logger.warn('an image was not taken apart', { imageId, reason: messageOf(error) })
        return { status: 'absent' }
      },
    )
    return Promise.race([ready, coming, held]).finally(cancel)
  }

  return {
    start(): void {
      closeDoors = [
        net.onRequest(HAVE_PROTOCOL, answerHave, { requestBytesMax: IMAGE_FRAME_BYTES_MAX }),
        net.onRequest(OFFER_PROTOCOL, answerOffer, { requestBytesMax: IMAGE_FRAME_BYTES_MAX }),
      ]
    },
    async stop(): Promise<void> {
      for (const close of closeDoors.splice(0)) close()
      await deps.export.stop()
    },
  }
}
