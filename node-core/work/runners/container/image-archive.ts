/**
 * The archive by which an engine takes an image in, made of the blobs that it consists of, each as it
 * comes. What makes an image of them is its last file: an archive that breaks off before is none, and an
 * engine keeps nothing of it.
 */
import { open, stat } from 'node:fs/promises'
import type { TarEntry } from '../../../base/tar/index.ts'
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

/** A file of the archive: its bytes, or where they lie. */
export type ArchiveFile = { name: string; sizeBytes: number } & (
  | { file: string }
  | { bytes: Uint8Array }
)

/**
 * No tags: a tag in the archive would move a name that this computer's owner uses. Layers whose file is
 * not given are named all the same; the engine looks for them among its own first.
 */
export async function* imageArchive(image: ImageFiles): AsyncGenerator<ArchiveFile> {
  const { root, layers, mediaType, files } = image
  let rootBytes = 0
  for await (const [digest, file] of files) {
    const { size } = await stat(file)
    if (digest === root) rootBytes = size
    const name = layers === undefined ? `blobs/sha256/${hexOf(digest)}` : nameOf(digest, root)
    yield { name, sizeBytes: size, file }
  }
  if (layers === undefined) {
    yield jsonFile('oci-layout', { imageLayoutVersion: '1.0.0' })
    const named = { mediaType, digest: root, size: rootBytes }
    yield jsonFile('index.json', { schemaVersion: 2, manifests: [named] })
  } else {
    const Layers = layers.map((layer) => nameOf(layer, root))
    yield jsonFile('manifest.json', [{ Config: nameOf(root, root), RepoTags: null, Layers }])
  }
}

/** As it is written into an archive; each chunk is to be used before the next is asked for. */
export function entryOf(file: ArchiveFile): TarEntry {
  const { name, sizeBytes } = file
  return { name, sizeBytes, content: 'bytes' in file ? [file.bytes] : contentOf(file.file) }
}

function nameOf(digest: Digest, root: Digest): string {
  return digest === root ? `${hexOf(root)}.json` : `${hexOf(digest)}/layer.tar`
}

function jsonFile(name: string, value: unknown): ArchiveFile {
  const bytes = Buffer.from(JSON.stringify(value))
  return { name, sizeBytes: bytes.byteLength, bytes }
}

/** Opened when its turn comes, so that nothing is left open where it never does. */
async function* contentOf(file: string): AsyncGenerator<Uint8Array> {
  const handle = await open(file, 'r')
  try {
    const room = Buffer.allocUnsafe(ARCHIVE_READ_BYTES)
    for (;;) {
      const { bytesRead } = await handle.read(room, 0, room.byteLength)
      if (bytesRead === 0) return
      yield room.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

const hexOf = (digest: Digest): string => digest.slice('sha256:'.length)
