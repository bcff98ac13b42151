import type { NeedsOf } from '../../work/spec/index.ts'
import { contract } from '../contract/index.ts'
import { type Builder, checkAccess, inNetwork } from './base.ts'
import { toFailure } from './failures.ts'
import type { ApiDeps, NetworkParts, Publish } from './index.ts'

/** Published bundles, trusted publishers, and the images this computer's engine has. */
export function bundleHandlers(build: Builder, deps: ApiDeps) {
  const { bundles, images } = build
  const shelf = () => inNetwork(deps).bundles
  return {
    bundles: {
      list: bundles.list.handler(() => ({ bundles: shelf().list() })),
      publish: bundles.publish.handler(({ input }) => shelf().publish(chunksOf(input.file))),
      unpublish: bundles.unpublish.handler(({ input }) => shelf().unpublish(input.digest)),
      publishers: bundles.publishers.handler(() => ({ publishers: shelf().publishers() })),
      trust: bundles.trust.handler(async ({ input }) => {
        await shelf().trust(input.key)
        return {}
      }),
      untrust: bundles.untrust.handler(async ({ input }) => {
        await shelf().untrust(input.key)
        return {}
      }),
    },
    images: {
      list: images.list.handler(async () => ({ images: await inNetwork(deps).images.list() })),
    },
  }
}

/** What bundles need, by their digests. */
export function needsOf({ bundles }: Pick<NetworkParts, 'bundles'>): NeedsOf {
  return (digest) => bundles.list().find((one) => one.digest === digest)?.needs
}

async function* chunksOf(file: Blob): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}

/** `bundles.publish` for a door that can stream: the same checks, without a file in memory. */
export function createPublish(deps: ApiDeps): Publish {
  return async (content) => {
    try {
      checkAccess(deps, contract.bundles.publish['~orpc'].meta)
      return await inNetwork(deps).bundles.publish(content)
    } catch (error) {
      throw toFailure(error, deps.logger)
    }
  }
}
