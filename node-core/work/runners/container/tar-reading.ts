/** The files of an archive (ustar, with what pax and GNU add for large ones), one after the other. */
import { MyceliumError } from '../../../base/errors/index.ts'
import { IMAGE_ENTRIES_MAX } from './limits.ts'

const BLOCK_BYTES = 512
/** Records of a pax header that are read. */
const PAX_BYTES_MAX = 64 * 1024

export interface TarFile {
  name: string
  sizeBytes: number
  /** To be read to its end before the next file is asked for, or not at all. */
  content: AsyncIterable<Uint8Array>
}

/** Who leaves early ends the archive: whoever writes it would wait for ever to be read. */
export async function* filesIn(archive: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const source = createSource(archive)
  try {
    yield* filesFrom(source)
  } finally {
    await source.end()
  }
}

type Source = ReturnType<typeof createSource>

async function* filesFrom(source: Source): AsyncGenerator<TarFile> {
  let sizeOverride: number | undefined
  for (let entries = 0; ; entries++) {
    if (entries > IMAGE_ENTRIES_MAX) throw broken('holds too many files')
    const header = await source.exactly(BLOCK_BYTES)
    if (header.every((byte) => byte === 0)) break
    const sizeBytes = sizeOverride ?? sizeAt(header)
    sizeOverride = undefined
    const padding = (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES
    const kind = String.fromCharCode(header[156] ?? 0)
    if (kind === 'x') {
      if (sizeBytes > PAX_BYTES_MAX) throw broken('has an oversized header')
      const records = (await source.exactly(sizeBytes)).toString('utf8')
      const [, digits] = /(?:^|\n)\d+ size=(\d+)\n/.exec(records) ?? []
      if (digits !== undefined) sizeOverride = Number(digits)
      await source.skip(padding)
      continue
    }
    const isFile = kind === '0' || kind === '\0'
    const content = source.next(sizeBytes)
    if (isFile) yield { name: textAt(header, 0, 100), sizeBytes, content }
    for await (const _ of content);
    await source.skip(padding)
  }
  // What follows the end is read, so that who writes it is not left waiting.
  await source.drain()
}

function createSource(archive: AsyncIterable<Uint8Array>) {
  const chunks = archive[Symbol.asyncIterator]()
  let held: Uint8Array = new Uint8Array(0)

  async function more(): Promise<boolean> {
    const next = await chunks.next()
    if (!next.done) held = next.value
    return !next.done
  }

  /** What there is, up to so many bytes; at least one. */
  async function some(bytesMax: number): Promise<Uint8Array> {
    while (held.byteLength === 0) if (!(await more())) throw broken('is cut short')
    const taken = held.subarray(0, bytesMax)
    held = held.subarray(taken.byteLength)
    return taken
  }

  async function* next(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0; ) {
      const taken = await some(left)
      left -= taken.byteLength
      yield taken
    }
  }

  return {
    next,
    async exactly(bytes: number): Promise<Buffer> {
      const parts: Uint8Array[] = []
      for await (const part of next(bytes)) parts.push(part)
      return Buffer.concat(parts)
    },
    async skip(bytes: number): Promise<void> {
      for await (const _ of next(bytes));
    },
    async drain(): Promise<void> {
      held = new Uint8Array(0)
      while (await more());
    },
    async end(): Promise<void> {
      await chunks.return?.()
    },
  }
}

/** Octal digits, or from 8 GiB on GNU's big-endian number with the highest bit set. */
function sizeAt(header: Buffer): number {
  if (((header[124] ?? 0) & 0x80) !== 0) return Number(header.readBigUInt64BE(128))
  const [, digits] = /^ *([0-7]+)[ \0]*$/.exec(header.toString('latin1', 124, 136)) ?? []
  if (digits === undefined) throw broken('has a size that cannot be read')
  return Number.parseInt(digits, 8)
}

function textAt(header: Buffer, from: number, length: number): string {
  const field = header.subarray(from, from + length)
  const end = field.indexOf(0)
  return field.toString('latin1', 0, end < 0 ? length : end)
}

function broken(what: string): MyceliumError<'START_FAILED'> {
  return new MyceliumError('START_FAILED', `The engine's archive ${what}.`)
}
