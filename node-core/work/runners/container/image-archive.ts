/** The archive by which an engine takes an image in, made of the blobs that it consists of. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type TarEntry, tarOf } from '../../../base/tar/index.ts'
import type { Digest } from '../../../storage/blobs/index.ts'

export interface ImageFiles {
  /** The image's own blob, whose digest is its id. */
  root: Digest
  /** Of a configuration: the layers from the lowest up. Undefined in the layout of OCI. */
  layers: readonly Digest[] | undefined
  mediaType: string
  /** The files that are given to the engine, the root among them. */
  files: ReadonlyMap<Digest, string>
}

/**
 * No tags: a tag in the archive would move a name that this computer's owner uses. Layers whose file is
 * not given are named all the same; the engine looks for them among its own first.
 */
export async function imageArchive(image: ImageFiles): Promise<AsyncIterable<Uint8Array>> {
  const { root, layers, mediaType, files } = image
  const entries: TarEntry[] = []
  for (const [digest, file] of files) {
    const { size } = await stat(file)
    const name = layers === undefined ? `blobs/sha256/${hexOf(digest)}` : nameOf(digest, root)
    entries.push({ name, sizeBytes: size, content: createLater(file) })
    if (digest !== root || layers !== undefined) continue
    const named = { schemaVersion: 2, manifests: [{ mediaType, digest: root, size }] }
    entries.unshift(jsonEntry('index.json', named))
    entries.unshift(jsonEntry('oci-layout', { imageLayoutVersion: '1.0.0' }))
  }
  if (layers !== undefined) {
    const Layers = layers.map((layer) => nameOf(layer, root))
    entries.push(
      jsonEntry('manifest.json', [{ Config: nameOf(root, root), RepoTags: null, Layers }]),
    )
  }
  return tarOf(entries)
}

function nameOf(digest: Digest, root: Digest): string {
  return digest === root ? `${hexOf(root)}.json` : `${hexOf(digest)}/layer.tar`
}

function jsonEntry(name: string, value: unknown): TarEntry {
  const bytes = Buffer.from(JSON.stringify(value))
  return { name, sizeBytes: bytes.byteLength, content: [bytes] }
}

/** Opened when its turn comes: an image may have more layers than a process may have files. */
async function* createLater(file: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(file, { highWaterMark: 256 * 1024 })
}

const hexOf = (digest: Digest): string => digest.slice('sha256:'.length)
