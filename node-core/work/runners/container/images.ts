/**
 * Where images come from, in this order: this engine, members that have it, a registry. A workload
 * whose image was fixed to its id gets exactly that one from wherever it comes. What a name without an
 * id means is another matter: any member can say anything of it. Nodes of the work's own owner and of
 * admins are believed; then a registry is asked; what all others say who say anything comes last.
 */
import { isCode, MyceliumError, messageOf } from '../../../base/errors/index.ts'
import { type NodeId, shortId } from '../../../base/net/index.ts'
import type { OwnerId } from '../../../identity/index.ts'
import type { ContainerSource } from '../../spec/index.ts'
import type { Engine } from './engine.ts'
import { EMPTY_IMAGE } from './engine-images.ts'
import type { FetchedBook } from './fetched-images.ts'
import { imageDigest } from './image-export.ts'
import type { ImageFetch, ImageFetchRequest } from './image-fetch.ts'
import {
  encodeMessage,
  HAVE_PROTOCOL,
  OFFER_PROTOCOL,
  parseHaveAnswer,
  parseOfferAnswer,
} from './image-messages.ts'
import type { ContainerRunnerDeps, ImageContent, ImageShelf } from './index.ts'
import {
  IMAGE_FRAME_BYTES_MAX,
  IMAGE_HAVE_MS,
  IMAGE_PEERS_ASKED_MAX,
  OFFER_ANSWER_MS,
  OFFER_BYTES_MAX,
  OFFER_MS,
} from './limits.ts'
import { createRegistryPull, type PullOptions } from './registry-pull.ts'

export interface Images extends ImageShelf {
  /** The id of the image, on this engine by the time this returns. */
  ensure(source: ContainerSource, options: EnsureOptions): Promise<string>
}

export interface EnsureOptions extends PullOptions {
  /** Whose work it is for. */
  owner: OwnerId
}

type ImagesDeps = Pick<
  ContainerRunnerDeps,
  'net' | 'clock' | 'logger' | 'nameOf' | 'owner' | 'vouches'
>

export function createImages(
  deps: ImagesDeps,
  engine: Pick<Engine, 'image' | 'images' | 'pull' | 'nameImage'>,
  images: ImageFetch,
  fetched: Pick<FetchedBook, 'forget' | 'has' | 'meaningOf' | 'meant' | 'remember'>,
): Images {
  const { net, clock, logger } = deps
  const pullFromRegistry = createRegistryPull(engine, fetched)
  const nameOf = (peer: NodeId): string => deps.nameOf?.(peer) ?? shortId(peer)

  /** Members that have it, and the id by which they know it. */
  async function askPeers(reference: string): Promise<Had[]> {
    const peers = net.peers().slice(0, IMAGE_PEERS_ASKED_MAX)
    const answers = await Promise.all(
      peers.map(async (peer) => {
        try {
          const question = encodeMessage({ reference })
          const options = {
            timeoutMs: IMAGE_HAVE_MS,
            answerBytesMax: IMAGE_FRAME_BYTES_MAX,
          }
          const answer = await net.request(peer, HAVE_PROTOCOL, question, options)
          return { peer, exposes: [], ready: false, ...parseHaveAnswer(answer) }
        } catch (error) {
          logger.debug('a peer did not say whether it has an image', {
            peer,
            reason: messageOf(error),
          })
          return { peer, exposes: [], ready: false, imageId: undefined }
        }
      }),
    )
    return answers.flatMap(({ imageId, exposes = [], ready = false, peer }) => {
      return imageId ? [{ peer, imageId, exposes, ready }] : []
    })
  }

  /** Has one of them take the image apart; once parts can be had, how large they are. */
  async function offered(
    peer: NodeId,
    imageId: string,
    signal: AbortSignal,
  ): Promise<Offered | undefined> {
    const question = encodeMessage({ imageId })
    const options = { signal, timeoutMs: OFFER_ANSWER_MS, answerBytesMax: OFFER_BYTES_MAX }
    const startMs = clock.monotonicMs()
    while (clock.monotonicMs() - startMs < OFFER_MS) {
      const answer = parseOfferAnswer(await net.request(peer, OFFER_PROTOCOL, question, options))
      if (answer.status === 'ready') {
        return { sizes: new Map(Object.entries(answer.sizes)), totalBytes: 0 }
      }
      if (answer.status === 'coming') {
        return { sizes: new Map<string, number>(), totalBytes: answer.totalBytes }
      }
      if (answer.status === 'absent') return undefined
    }
    return undefined
  }

  /**
   * Everyone who has it taken apart already, and, where none of those is believed, the first of the
   * others who will do so: else a liar that says it is ready would be asked alone. Who was asked in
   * vain leaves.
   */
  async function offersOf(imageId: string, had: Set<Had>, { signal, owner }: EnsureOptions) {
    const trust = ({ peer }: Had): number => Number(deps.vouches(peer, owner))
    const order = [...had].sort((a, b) => {
      return Number(b.ready) - Number(a.ready) || trust(b) - trust(a)
    })
    const from: Had[] = []
    let told: Offered = { sizes: new Map(), totalBytes: 0 }
    for (const one of order) {
      if (!one.ready && from.some((other) => !other.ready || trust(other) > 0)) break
      try {
        const offer = await offered(one.peer, imageId, signal)
        if (offer) {
          from.push(one)
          if (told.sizes.size === 0) told = offer
        }
      } catch (error) {
        signal.throwIfAborted()
        const { peer } = one
        logger.debug('a peer did not offer an image', { peer, reason: messageOf(error) })
      }
      if (!from.includes(one)) had.delete(one)
    }
    return { from, told }
  }

  /** Once it is on this engine. */
  async function fetchFrom(
    imageId: string,
    from: readonly NodeId[],
    told: Offered,
    { signal, onProgress }: PullOptions,
  ): Promise<void> {
    // Before it is there, so that what a crash leaves in the engine is known to be ours.
    await fetched.remember(imageId)
    try {
      await images.fetch({
        ...{ imageId: imageDigest(imageId), from, ...told, signal },
        onProgress: (doneBytes, totalBytes, names) =>
          onProgress({ step: 'pulling', doneBytes, totalBytes, from: names }),
      })
      // Another attempt at it may have ended early meanwhile.
      await fetched.remember(imageId)
    } catch (error) {
      await fetched.forget(imageId)
      throw error
    }
  }

  /** From one after the other of those who have it, until it has come or nobody is left. */
  async function fromPeers(
    imageId: string,
    holders: readonly Had[],
    options: EnsureOptions,
  ): Promise<FromPeers> {
    const { signal, onProgress } = options
    const had = new Set(holders)
    let failure: unknown
    for (;;) {
      const names = [...had].map(({ peer }) => nameOf(peer)).join(', ')
      if (had.size > 0) onProgress({ step: 'pulling', from: names })
      const { from, told } = await offersOf(imageId, had, options)
      if (from.length === 0 && had.size === 0) return { came: false, failure }
      const peers = from.map(({ peer }) => peer)
      try {
        if (from.length > 0) {
          await fetchFrom(imageId, peers, told, options)
          return { came: true }
        }
      } catch (error) {
        signal.throwIfAborted()
        if (FATAL.some((code) => isCode(error, code))) throw error
        logger.warn('an image did not come from peers', { imageId, reason: messageOf(error) })
        failure = weightier(failure, error)
        // What another holder would give as well is no better from there.
        if (!HOLDERS_FAULT.some((code) => isCode(error, code))) return { came: false, failure }
      }
      for (const one of from) had.delete(one)
    }
  }

  /** What the registry gives; where it gives nothing, and a peer too little or what is wrong, that is what is said. */
  async function fromRegistry(reference: string, options: PullOptions, failure: unknown) {
    try {
      return await pullFromRegistry(reference, options)
    } catch (error) {
      throw isCode(error, 'IMAGE_NOT_FOUND') && isTelling(failure) ? failure : error
    }
  }

  /** Exactly that one. */
  async function fixed(
    reference: string,
    imageId: string,
    options: EnsureOptions,
  ): Promise<string> {
    const answers = await askPeers(imageId)
    const had = answers.filter((answer) => answer.imageId === imageId)
    const { came, failure } = await fromPeers(imageId, had, options)
    if (came) return imageId
    const pulled = await fromRegistry(reference, options, failure)
    if (pulled === imageId) return pulled
    if (isCode(failure, 'BLOB_SLOW')) throw failure
    throw new MyceliumError(
      'DIGEST_MISMATCH',
      `The registry now holds another image under ${reference} than the one deployed.`,
    )
  }

  /** What the name means to whom this work may believe. */
  async function named(reference: string, options: EnsureOptions): Promise<string> {
    const { owner } = options
    const answers = await askPeers(reference)
    const take = async (imageId: string) => {
      const had = answers.filter((answer) => answer.imageId === imageId)
      const isHere = (await engine.image(imageId)) !== undefined
      const { came, failure } = isHere ? HERE : await fromPeers(imageId, had, options)
      // The engine has no name for it, which the next start would look for.
      if (came) await fetched.meant(imageId, { reference, owner })
      return { came, failure }
    }
    const own = vouchedAnswer(answers, (peer) => deps.vouches(peer, owner))
    const fromOwn = own && (await take(own.imageId))
    if (own && fromOwn?.came) return own.imageId
    try {
      return await fromRegistry(reference, options, fromOwn?.failure)
    } catch (error) {
      const last = own ? undefined : commonAnswer(answers)
      if (!isCode(error, 'IMAGE_NOT_FOUND') || !last) throw error
      const { imageId, peer } = last
      logger.warn('what a name means is known to other members alone', { reference, imageId, peer })
      const { came, failure } = await take(imageId)
      if (came) return imageId
      throw isTelling(failure) ? failure : error
    }
  }

  async function localOf(source: ContainerSource, owner: OwnerId): Promise<string | undefined> {
    const { image: reference, imageId } = source
    const local = await engine.image(imageId ?? reference)
    if (local || imageId !== undefined) return local?.id
    const meaning = await fetched.meaningOf({ reference, owner })
    return meaning === undefined ? undefined : (await engine.image(meaning))?.id
  }

  return {
    async list() {
      const all = await engine.images()
      // Nobody has anything to run in one that a node made for itself.
      return all.filter(({ tags }) => !tags.includes(EMPTY_IMAGE))
    },

    async resolve(reference) {
      const local = await engine.image(reference).catch((error) => {
        // Without an engine of its own a node can still deploy what its peers have.
        if (isCode(error, 'ENGINE_UNAVAILABLE')) return undefined
        throw error
      })
      if (local) return { imageId: local.id, exposes: local.exposes }
      // What others say of it is not what a registry would: that is asked where it is started.
      const answers = await askPeers(reference)
      const found = vouchedAnswer(answers, (peer) => deps.vouches(peer, deps.owner))
      return found && { imageId: found.imageId, exposes: found.exposes }
    },

    async ensure(source, options) {
      const here = await localOf(source, options.owner)
      if (here !== undefined) return here
      options.signal.throwIfAborted()
      const { image, imageId } = source
      for (;;) {
        try {
          if (imageId === undefined) return await named(image, options)
          return await fixed(image, imageId, options)
        } catch (error) {
          // Everybody else was asked: who sends little has its turn, beside whoever has come meanwhile.
          if (!isCode(error, 'BLOB_SLOW')) throw error
          options.signal.throwIfAborted()
        }
      }
    },
  }
}

function vouchedAnswer(answers: readonly Had[], vouches: (peer: NodeId) => boolean) {
  return answers.find(({ peer }) => vouches(peer))
}

/** What all say who say anything. */
function commonAnswer(answers: readonly Had[]): Had | undefined {
  const [first] = answers
  return answers.every(({ imageId }) => imageId === first?.imageId) ? first : undefined
}

/** By its id alone: another owner's work, or this computer's owner, brought it. */
const HERE: FromPeers = { came: true }

type FromPeers = { came: true; failure?: undefined } | { came: false; failure: unknown }

type Offered = Required<Pick<ImageFetchRequest, 'sizes' | 'totalBytes'>>

interface Had extends ImageContent {
  peer: NodeId
  /** It is taken apart there. */
  ready: boolean
}

/** What another source would not mend, or must not hide. */
const FATAL = ['DISK_FULL', 'ENGINE_UNAVAILABLE'] as const

/** What another holder may do better. */
const HOLDERS_FAULT = ['BLOB_NOT_FOUND', 'BLOB_SLOW', 'DIGEST_MISMATCH'] as const

/** What is said before all else where nobody gives it, the first of them first. */
const TELLING = ['BLOB_SLOW', 'DIGEST_MISMATCH'] as const

const isTelling = (failure: unknown): boolean => TELLING.some((code) => isCode(failure, code))

function weightier(before: unknown, after: unknown): unknown {
  const code = TELLING.find((one) => isCode(before, one) || isCode(after, one))
  return code !== undefined && isCode(before, code) ? before : after
}
