/**
 * The archive by which an engine takes an image in, made of the blobs that it consists of, each as it
 * comes. What makes an image of them is its last file: an archive that breaks off before is none, and an
 * engine keeps nothing of it.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type TarEntry, tarOf } from '../../../base/tar/index.ts'
import type { Digest } from '../../../storage/blobs/index.ts'
import { ARCHIVE_READ_BYTES } from './limits.ts'

export interface ImageFiles {
  /** The image's own blob, whose digest is its id. */
  root: Digest
  /** Of a configuration: the layers from the lowest up. Undefined in the layout of OCI. */
  layers: readonly Digest[] | undefined
  mediaType: string
  /** What is given to the engine, the root first: a blob, and the file that holds it. */
  files: AsyncIterable<readonly [Digest, string]> | Iterable<readonly [Digest, string]>
}

/**
 * No tags: a tag in the archive would move a name that this computer's owner uses. Layers whose file is
 * not given are named all the same; the engine looks for them among its own first.
 */
export function imageArchive(image: ImageFiles): AsyncIterable<Uint8Array> {
  return tarOf(entriesOf(image))
}

async function* entriesOf(image: ImageFiles): AsyncGenerator<TarEntry> {
  const { root, layers, mediaType, files } = image
  let rootBytes = 0
  for await (const [digest, file] of files) {
    const { size } = await stat(file)
    if (digest === root) rootBytes = size
    const name = layers === undefined ? `blobs/sha256/${hexOf(digest)}` : nameOf(digest, root)
    yield {
      name,
      sizeBytes: size,
      content: createLater(file),
    }
  }
  if (layers === undefined) {
    yield jsonEntry('oci-layout', { imageLayoutVersion: '1.0.0' })
    const named = { mediaType, digest: root, size: rootBytes }
    yield jsonEntry('index.json', { schemaVersion: 2, manifests: [named] })
  } else {
    const Layers = layers.map((layer) => nameOf(layer, root))
    yield jsonEntry('manifest.json', [{ Config: nameOf(root, root), RepoTags: null, Layers }])
  }
}

function nameOf(digest: Digest, root: Digest): string {
  return digest === root ? `${hexOf(root)}.json` : `${hexOf(digest)}/layer.tar`
}

function jsonEntry(name: string, value: unknown): TarEntry {
  const bytes = Buffer.from(JSON.stringify(value))
  return { name, sizeBytes: bytes.byteLength, content: [bytes] }
}

/** Opened when its turn comes, so that nothing is left open where it never does. */
async function* createLater(file: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(file, { highWaterMark: ARCHIVE_READ_BYTES })
}

const hexOf = (digest: Digest): string => digest.slice('sha256:'.length)
