/**
 * What an image is made of. Its id is the digest of one small file, which names everything else by
 * digest: the configuration, with the layers as they are unpacked (Docker's own store), or a manifest or
 * an index of manifests, with the layers as they are packed (OCI image specification; containerd's store).
 */
import { z } from 'zod'
import { type Digest, parseDigest } from '../../../storage/blobs/index.ts'
import { IMAGE_LAYERS_MAX } from './limits.ts'

export type ImageRoot =
  /** The root is the configuration. Layers from the lowest up. */
  | { kind: 'docker'; layers: Digest[] }
  /** The root is a manifest. */
  | { kind: 'manifest'; mediaType: string; blobs: Digest[] }
  /** The root names manifests, of which one is for this computer. */
  | { kind: 'index'; mediaType: string; manifest: Digest }

export interface Platform {
  os: string
  architecture: string
}

const digest = z.string().transform((text, context): Digest => {
  const parsed = parseDigest(text)
  if (parsed) return parsed
  context.addIssue('not a digest')
  return z.NEVER
})
const described = z.object({ digest })
const configuration = z.object({
  rootfs: z.object({ diff_ids: z.array(digest).min(1).max(IMAGE_LAYERS_MAX) }),
})
const manifest = z.object({
  mediaType: z.string().max(128).optional(),
  config: described,
  layers: z.array(described).max(IMAGE_LAYERS_MAX),
})
const index = z.object({
  mediaType: z.string().max(128).optional(),
  manifests: z
    .array(described.extend({ platform: z.object({ os: z.string(), architecture: z.string() }) }))
    .max(IMAGE_LAYERS_MAX),
})

/** Undefined for what is no image, or none for this kind of computer. */
export function parseImageRoot(bytes: Uint8Array, platform: Platform): ImageRoot | undefined {
  const value = parseJson(bytes)
  const docker = configuration.safeParse(value)
  if (docker.success) return { kind: 'docker', layers: docker.data.rootfs.diff_ids }
  const oci = manifest.safeParse(value)
  if (oci.success) {
    const { mediaType = 'application/vnd.oci.image.manifest.v1+json', config, layers } = oci.data
    return { kind: 'manifest', mediaType, blobs: [config, ...layers].map((one) => one.digest) }
  }
  const many = index.safeParse(value)
  if (!many.success) return undefined
  const { mediaType = 'application/vnd.oci.image.index.v1+json', manifests } = many.data
  const ours = manifests.find(({ platform: { os, architecture } }) => {
    return os === platform.os && architecture === platform.architecture
  })
  return ours && { kind: 'index', mediaType, manifest: ours.digest }
}

/** How many of the lowest layers an engine has that has these other images: it need not be given them. */
export function layersHad(layers: readonly Digest[], others: Iterable<readonly string[]>): number {
  let most = 0
  for (const other of others) {
    let same = 0
    while (same < layers.length && layers[same] === other[same]) same++
    most = Math.max(most, same)
  }
  return most
}

/** Containers are Linux's, whatever runs the engine. */
export function platformOf(architecture: string): Platform {
  const names: Record<string, string> = { x64: 'amd64', ia32: '386' }
  return { os: 'linux', architecture: names[architecture] ?? architecture }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
