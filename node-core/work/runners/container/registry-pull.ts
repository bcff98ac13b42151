/**
 * What a registry gives for a reference. The engine gives the name to whatever came; on a computer where
 * its owner has given it to something else, it is given back.
 */
import { isCode, MyceliumError, messageOf } from '../../../base/errors/index.ts'
import type { StartProgress } from '../index.ts'
import type { Engine } from './engine.ts'
import type { FetchedBook } from './fetched-images.ts'
import { createPullProgress } from './pull-progress.ts'
import { registryRefusal } from './registry-words.ts'

export interface PullOptions {
  signal: AbortSignal
  onProgress: (progress: StartProgress) => void
}

/** The id of what came. Throws IMAGE_NOT_FOUND, DISK_FULL or ENGINE_UNAVAILABLE. */
export type RegistryPull = (reference: string, options: PullOptions) => Promise<string>

export function createRegistryPull(
  engine: Pick<Engine, 'image' | 'images' | 'pull' | 'nameImage'>,
  fetched: Pick<FetchedBook, 'has' | 'remember'>,
): RegistryPull {
  /** By reference: of two at a time the second would take what the first got for the owner's. */
  const underWay = new Map<string, Promise<unknown>>()

  async function bring(reference: string, { signal, onProgress }: PullOptions): Promise<void> {
    const from = 'registry'
    onProgress({ step: 'pulling', from })
    const progress = createPullProgress()
    try {
      for await (const line of await engine.pull(reference, signal)) {
        const bytes = progress.take(line)
        if (bytes) onProgress({ step: 'pulling', ...bytes, from })
      }
    } catch (error) {
      signal.throwIfAborted()
      if (isCode(error, 'DISK_FULL') || isCode(error, 'ENGINE_UNAVAILABLE')) throw error
      throw notFound(reference, registryRefusal(messageOf(error)))
    }
  }

  async function pull(reference: string, options: PullOptions): Promise<string> {
    const before = new Set((await engine.images()).map(({ id }) => id))
    const named = (await engine.image(reference))?.id
    await bring(reference, options)
    const id = (await engine.image(reference))?.id
    if (id === undefined) throw notFound(reference, 'the registry sent something else.')
    // Noted first: what a crash leaves without a name can be freed.
    if (!before.has(id)) await fetched.remember(id, named === undefined ? reference : undefined)
    // One that came from members got its first name now, and stays ours.
    else if (named === undefined && (await fetched.has(id))) await fetched.remember(id, reference)
    if (named !== undefined && named !== id) await engine.nameImage(named, reference)
    return id
  }

  return async (reference, options) => {
    for (let other = underWay.get(reference); other; other = underWay.get(reference)) {
      await other.catch(() => {})
      options.signal.throwIfAborted()
    }
    const begun = pull(reference, options).finally(() => underWay.delete(reference))
    underWay.set(reference, begun)
    return begun
  }
}

function notFound(reference: string, reason: string): MyceliumError<'IMAGE_NOT_FOUND'> {
  return new MyceliumError(
    'IMAGE_NOT_FOUND',
    `Neither this computer nor a reachable node has ${reference}, and ${reason}`,
    { details: { image: reference } },
  )
}
