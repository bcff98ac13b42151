/**
 * Looks through an image archive from a peer while it comes in, before the engine sees any of it.
 *
 * The id of an image is the digest of its configuration, the configuration names the digest of each
 * layer, and the engine checks layers against it when it loads them. So it is enough to know that
 * the archive holds one image, that its configuration has the wanted digest, and that it names no
 * tags: a tag in the archive would move a name that this computer's owner uses.
 *
 * That holds only if the engine reads the same files, so whatever readers of archives or of JSON
 * take in different ways is refused: bytes behind the end, a name twice, content of folders, numbers
 * in unusual forms, unknown kinds of entry, unknown or repeated fields.
 */
import { createHash, type Hash } from 'node:crypto'
import { z } from 'zod'
import { MyceliumError } from '../../../base/errors/index.ts'
import { namesKeyTwice } from '../../bundles/index.ts'
import { IMAGE_ENTRIES_MAX, IMAGE_JSON_BYTES_MAX } from './limits.ts'

const BLOCK_BYTES = 512

export interface ArchiveCheck {
  /** Throws DIGEST_MISMATCH as soon as something is wrong. */
  take(bytes: Uint8Array): void
  /** Throws unless everything was there. */
  end(): void
}

interface OpenEntry {
  name: string
  bytesLeft: number
  paddingLeft: number
  /** Set for files named by their digest. */
  hash: Hash | undefined
  /** Set for the JSON files that are read. */
  text: Buffer[] | undefined
}

// Strict: Go, in which engines are written, takes `repotags` for `RepoTags`.
const DOCKER_MANIFEST = z.tuple([
  z.strictObject({
    Config: z.string().regex(/^([0-9a-f]{64}\.json|blobs\/sha256\/[0-9a-f]{64})$/),
    RepoTags: z.array(z.string()).max(0).nullable().optional(),
    Layers: z.array(z.string()).nullable().optional(),
    Parent: z.string().optional(),
    LayerSources: z.record(z.string(), z.unknown()).optional(),
  }),
])
const OCI_INDEX = z.strictObject({
  schemaVersion: z.number().optional(),
  mediaType: z.string().optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  manifests: z.tuple([
    z.strictObject({
      mediaType: z.string().optional(),
      artifactType: z.string().optional(),
      digest: z.string(),
      size: z.number().optional(),
      platform: z.unknown().optional(),
      annotations: z.record(z.string(), z.string()).optional(),
    }),
  ]),
})
/** Annotations by which an engine would name what it loads. */
const NAMING = ['io.containerd.image.name', 'org.opencontainers.image.ref.name']
/** The layouts that engines write: Docker's own, and OCI's. */
const ALLOWED_NAME =
  /^(manifest\.json|index\.json|oci-layout|[0-9a-f]{64}\.json|[0-9a-f]{64}\/(VERSION|json|layer\.tar)?|blobs\/(sha256\/([0-9a-f]{64})?)?)$/

/** @param imageId `sha256:` and 64 hex digits. */
export function createArchiveCheck(imageId: string): ArchiveCheck {
  const wantedHex = imageId.replace(/^sha256:/, '')
  const hashed = new Set<string>()
  const texts = new Map<string, string>()
  let held = Buffer.alloc(0)
  let open: OpenEntry | undefined
  const names = new Set<string>()
  let ended = false

  /** Consumes what it can from the front of `held`; false when more is needed. */
  function advance(): boolean {
    if (!open) {
      if (held.length < BLOCK_BYTES) return false
      const header = held.subarray(0, BLOCK_BYTES)
      held = held.subarray(BLOCK_BYTES)
      ended = isZero(header)
      if (ended) return false
      open = openEntry(header)
      if (names.has(open.name)) throw bad('holds a name twice')
      if (names.add(open.name).size > IMAGE_ENTRIES_MAX) throw bad('holds too many files')
      return true
    }
    const body = held.subarray(0, open.bytesLeft)
    open.hash?.update(body)
    open.text?.push(Buffer.from(body))
    open.bytesLeft -= body.length
    held = held.subarray(body.length)
    if (open.bytesLeft > 0) return false
    const padding = Math.min(held.length, open.paddingLeft)
    open.paddingLeft -= padding
    held = held.subarray(padding)
    if (open.paddingLeft > 0) return false
    close(open)
    open = undefined
    return true
  }

  function close({ name, hash, text }: OpenEntry): void {
    if (text) texts.set(name, Buffer.concat(text).toString('utf8'))
    if (!hash) return
    const [hex] = /[0-9a-f]{64}/.exec(name) ?? []
    if (hash.digest('hex') !== hex) throw bad(`holds a file that is not ${hex}`)
    hashed.add(hex)
  }

  return {
    take(bytes) {
      held = held.length === 0 ? Buffer.from(bytes) : Buffer.concat([held, bytes])
      while (!ended && advance());
      if (!ended) return
      if (!isZero(held)) throw bad('goes on behind its end')
      held = Buffer.alloc(0)
    },
    end() {
      if (open || held.length > 0) throw bad('is cut short')
      const manifest = DOCKER_MANIFEST.safeParse(parseJson(texts.get('manifest.json')))
      if (!manifest.success) throw bad('does not hold exactly one image without tags')
      const index = texts.get('index.json')
      const [root] = index === undefined ? [] : checkIndex(index)
      const [config] = /[0-9a-f]{64}/.exec(manifest.data[0].Config) ?? ['']
      if (!hashed.has(config) || (config !== wantedHex && root !== wantedHex)) {
        throw bad('holds another image than the one asked for')
      }
      if (root !== undefined && !hashed.has(root)) throw bad('lacks the image it names')
    },
  }
}

function openEntry(header: Buffer): OpenEntry {
  const name = textAt(header, 0, 100)
  const sizeBytes = sizeAt(header)
  if (!ALLOWED_NAME.test(name) || sizeBytes === undefined || !kindFits(header, name, sizeBytes)) {
    throw bad('holds a file that no engine writes')
  }
  const read = /^(manifest|index)\.json$/.test(name)
  if (read && sizeBytes > IMAGE_JSON_BYTES_MAX) throw bad('holds an oversized file')
  const byDigest = /^([0-9a-f]{64}\.json|blobs\/sha256\/[0-9a-f]{64})$/.test(name)
  return {
    name,
    bytesLeft: sizeBytes,
    paddingLeft: (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES,
    hash: byDigest ? createHash('sha256') : undefined,
    text: read ? [] : undefined,
  }
}

/** A file, or a folder or a link to another layer, of which engines read no content. */
function kindFits(header: Buffer, name: string, sizeBytes: number): boolean {
  // Longer names have no place in an image archive.
  if (textAt(header, 345, 155) !== '') return false
  const folder = name.endsWith('/')
  switch (String.fromCharCode(header[156] ?? 0)) {
    case '0':
    case '\0':
      return !folder
    case '5':
      return folder && sizeBytes === 0
    case '2': {
      const target = textAt(header, 157, 100)
      const layers = /^[0-9a-f]{64}\/layer\.tar$/.test(name)
      return layers && sizeBytes === 0 && /^\.\.\/[0-9a-f]{64}\/layer\.tar$/.test(target)
    }
    default:
      return false
  }
}

/** Octal digits from the first byte on: readers differ on every other form. */
function sizeAt(header: Buffer): number | undefined {
  const [, digits] = /^([0-7]+)[ \0]*$/.exec(header.toString('latin1', 124, 136)) ?? []
  return digits === undefined ? undefined : Number.parseInt(digits, 8)
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

/** The digest, in hex, that an OCI index names as the image. */
function checkIndex(json: string): [string] {
  const index = OCI_INDEX.safeParse(parseJson(json))
  if (!index.success) throw bad('does not hold exactly one image')
  const [{ digest, annotations = {} }] = index.data.manifests
  if (NAMING.some((name) => name in annotations)) throw bad('names a tag')
  return [digest.replace(/^sha256:/, '')]
}

/** Undefined for what is no JSON, or JSON that readers take in different ways. */
function parseJson(text = ''): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return namesKeyTwice(text) ? undefined : value
  } catch {
    return undefined
  }
}

function textAt(header: Buffer, from: number, length: number): string {
  const field = header.subarray(from, from + length)
  const end = field.indexOf(0)
  return field.toString('latin1', 0, end < 0 ? length : end)
}

function bad(what: string): MyceliumError<'DIGEST_MISMATCH'> {
  return new MyceliumError('DIGEST_MISMATCH', `The image archive from a peer ${what}.`)
}
