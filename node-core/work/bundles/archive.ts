/** Reads a bundle's zip without unpacking anything to disk, and refuses what is not plainly a bundle. */
import { crc32 } from 'node:zlib'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import { bundleInvalid } from './errors.ts'
import {
  ENTRIES_READ_MAX,
  MANIFEST_BYTES_MAX,
  PROGRAM_BYTES_MAX,
  RATIO_FROM_BYTES,
  RATIO_MAX,
} from './limits.ts'

export interface BundleArchive {
  readonly manifest: Uint8Array
  readonly programName: string
  /** The program's bytes as they are unpacked, bounded and checked against the archive's sums. */
  readProgram(): AsyncIterable<Uint8Array>
  close(): void
}

interface NamedEntry {
  name: string
  entry: Entry
}

const MANIFEST_NAME = 'manifest.json'
/** Unix file types in the upper half of an entry's attributes. */
const TYPE_MASK = 0o170000
const REGULAR_FILE = 0o100000
/** What tools set without meaning anything by it: "to be archived", "looks like text". */
const DOS_ARCHIVE = 0x20
const TEXT_FILE = 1
/** Bits 0, 6 and 13 of the general purpose flags: encrypted in one way or another. */
const ENCRYPTED_FLAGS = 0x2041

export async function openArchive(file: string): Promise<BundleArchive> {
  const zip = await openPromise(file, {
    autoClose: false,
    decodeStrings: false,
    validateEntrySizes: true,
  }).catch((cause: unknown) => {
    throw unreadable(cause)
  })
  try {
    const { manifest, program } = await findEntries(zip)
    await checkLocalHeader(zip, manifest)
    await checkLocalHeader(zip, program)
    return {
      manifest: await collect(readEntry(zip, manifest.entry, MANIFEST_BYTES_MAX)),
      programName: program.name,
      readProgram: () => readEntry(zip, program.entry, PROGRAM_BYTES_MAX),
      close: () => zip.close(),
    }
  } catch (error) {
    zip.close()
    throw unreadable(error)
  }
}

async function findEntries(zip: ZipFile): Promise<{ manifest: NamedEntry; program: NamedEntry }> {
  const found: NamedEntry[] = []
  for await (const entry of zip.eachEntry()) {
    const named = { name: checkedName(entry), entry }
    checkEntry(zip, named)
    const twin = found.find(({ name }) => name.toLowerCase() === named.name.toLowerCase())
    if (twin) throw bundleInvalid('duplicate', `The archive holds ${named.name} twice.`)
    found.push(named)
    if (found.length >= ENTRIES_READ_MAX) break
  }
  const manifest = found.find(({ name }) => name === MANIFEST_NAME)
  const program = found.find(({ name }) => name !== MANIFEST_NAME)
  if (zip.entryCount !== 2 || !manifest || !program) {
    throw bundleInvalid('entries', 'A bundle holds manifest.json and one program, nothing else.')
  }
  return { manifest, program }
}

function checkedName(entry: Entry): string {
  let name: string
  try {
    name = new TextDecoder('utf-8', { fatal: true }).decode(entry.fileNameRaw)
  } catch (cause) {
    throw bundleInvalid('path', 'A name in the archive is not UTF-8.', { cause })
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control letters are what is refused
  if (/[/\\:\u0000-\u001f\u007f]/.test(name) || /^\.{0,2}$/.test(name)) {
    throw bundleInvalid('path', `A name in the archive leaves its folder: ${JSON.stringify(name)}.`)
  }
  return name
}

function checkEntry(zip: ZipFile, { name, entry }: NamedEntry): void {
  const mode = entry.externalFileAttributes >>> 16
  const type = mode & TYPE_MASK
  if (type !== 0 && type !== REGULAR_FILE) {
    throw bundleInvalid('link', `${name} is not a plain file.`)
  }
  const permissions = mode & ~TYPE_MASK
  const dosOddities = entry.externalFileAttributes & 0xffff & ~DOS_ARCHIVE
  const odd = entry.internalFileAttributes & ~TEXT_FILE || dosOddities || permissions > 0o777
  if (odd || entry.fileCommentLength > 0 || zip.comment.length > 0) {
    throw bundleInvalid('archive', `${name} has attributes that no bundle needs.`)
  }
  if (entry.generalPurposeBitFlag & ENCRYPTED_FLAGS) {
    throw bundleInvalid('encrypted', `${name} is encrypted.`)
  }
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    throw bundleInvalid('compression', `${name} is packed in an unknown way.`)
  }
  const bytesMax = name === MANIFEST_NAME ? MANIFEST_BYTES_MAX : PROGRAM_BYTES_MAX
  if (entry.uncompressedSize > bytesMax) {
    throw bundleInvalid('bomb', `${name} says it unpacks to ${entry.uncompressedSize} bytes.`)
  }
}

/** Readers that scan from the front would see these headers instead; both must say the same. */
async function checkLocalHeader(zip: ZipFile, { name, entry }: NamedEntry): Promise<void> {
  const local = await zip.readLocalFileHeaderPromise(entry)
  // With bit 3, sums and sizes follow the content and are zero here.
  const sums = (local.generalPurposeBitFlag & 8) === 0
  const same =
    local.fileName.equals(entry.fileNameRaw) &&
    local.versionNeededToExtract === entry.versionNeededToExtract &&
    local.compressionMethod === entry.compressionMethod &&
    local.generalPurposeBitFlag === entry.generalPurposeBitFlag &&
    local.lastModFileTime === entry.lastModFileTime &&
    local.lastModFileDate === entry.lastModFileDate &&
    local.crc32 === (sums ? entry.crc32 : 0) &&
    local.compressedSize === (sums ? entry.compressedSize : 0) &&
    local.uncompressedSize === (sums ? entry.uncompressedSize : 0)
  if (!same) throw bundleInvalid('archive', `The archive contradicts itself about ${name}.`)
}

async function* readEntry(zip: ZipFile, entry: Entry, bytesMax: number): AsyncIterable<Uint8Array> {
  let bytes = 0
  let sum = 0
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      bytes += chunk.byteLength
      sum = crc32(chunk, sum)
      const grown = bytes > RATIO_FROM_BYTES && bytes > entry.compressedSize * RATIO_MAX
      if (bytes > bytesMax || grown) {
        throw bundleInvalid('bomb', 'The archive unpacks to far more than it holds.')
      }
      yield chunk
    }
  } catch (error) {
    throw unreadable(error)
  }
  if (sum !== entry.crc32) throw bundleInvalid('archive', "The archive's own check sum is wrong.")
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

/** Whatever yauzl or zlib object to is a fault of the archive; the disk's refusals are not. */
function unreadable(cause: unknown): unknown {
  if (cause instanceof MyceliumError) return cause
  if (cause instanceof Error && 'syscall' in cause) return cause
  return bundleInvalid('archive', `This is no readable bundle: ${messageOf(cause)}.`, { cause })
}
