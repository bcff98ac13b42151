/** An archive (ustar) made while it is read: nothing of it is ever on the disk. */

const BLOCK_BYTES = 512
/** What eleven octal digits can say. */
const OCTAL_SIZE_MAX = 8 ** 11 - 1

export interface TarEntry {
  /** Of at most 100 bytes. */
  name: string
  sizeBytes: number
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

export async function* tarOf(
  entries: AsyncIterable<TarEntry> | Iterable<TarEntry>,
): AsyncGenerator<Uint8Array> {
  for await (const entry of entries) yield* tarEntry(entry)
  yield TAR_END
}

/** One file of an archive. */
export async function* tarEntry({
  name,
  sizeBytes,
  content,
}: TarEntry): AsyncGenerator<Uint8Array> {
  yield headerOf(name, sizeBytes)
  yield* content
  const padding = (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES
  if (padding > 0) yield Buffer.alloc(padding)
}

/** After the last of them. */
export const TAR_END: Uint8Array = Buffer.alloc(2 * BLOCK_BYTES)

function headerOf(name: string, sizeBytes: number): Buffer {
  const header = Buffer.alloc(BLOCK_BYTES)
  header.write(name, 0, 100, 'latin1')
  header.write('0000644\0', 100, 'latin1')
  header.write('0000000\0', 108, 'latin1')
  header.write('0000000\0', 116, 'latin1')
  if (sizeBytes <= OCTAL_SIZE_MAX) {
    header.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  } else {
    header[124] = 0x80
    header.writeBigUInt64BE(BigInt(sizeBytes), 128)
  }
  header.write('00000000000\0', 136, 'latin1')
  header.write('        0', 148, 'latin1')
  header.write('ustar\x0000', 257, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}
