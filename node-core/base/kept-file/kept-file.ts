import { hash } from 'node:crypto'
import { z } from 'zod'
import { decode, encode } from '../codec/index.ts'
import { MyceliumError, messageOf } from '../errors/index.ts'
import type { KeptFile, KeptFileDeps, KeptFileOptions } from './index.ts'

const ENVELOPE = z.strictObject({
  v: z.literal(1),
  sum: z.instanceof(Uint8Array),
  content: z.instanceof(Uint8Array),
})
/** The checksum, and what surrounds it and the content. Bytes. */
const ENVELOPE_BYTES = 128

export function createKeptFile(
  { disk, path, logger }: KeptFileDeps,
  { bytesMax }: KeptFileOptions,
): KeptFile {
  function open(bytes: Uint8Array): unknown {
    const envelope = ENVELOPE.safeParse(decode(bytes, { bytesMax: bytesMax + ENVELOPE_BYTES })).data
    if (!envelope || !sumOf(envelope.content).equals(envelope.sum)) return undefined
    return decode(envelope.content, { bytesMax })
  }

  return {
    async read() {
      try {
        const bytes = await disk.read(path)
        if (!bytes) return undefined
        const value = open(bytes)
        if (value === undefined) logger.warn('A file is damaged and is not used', { path })
        return value
      } catch (error) {
        if (!(error instanceof MyceliumError)) throw error
        logger.warn('A file cannot be read and is not used', { path, why: messageOf(error) })
        return undefined
      }
    },
    async write(value) {
      const content = encode(value)
      if (content.byteLength > bytesMax) {
        logger.warn('A value is too large to be kept', { path, bytes: content.byteLength })
        return true
      }
      try {
        const envelope = encode({ v: 1, sum: sumOf(content), content })
        await disk.writeAtomic(path, envelope, { mode: 0o600 })
        return true
      } catch (error) {
        if (!(error instanceof MyceliumError)) throw error
        logger.debug('A value could not be kept', { path, code: error.code })
        return false
      }
    },
  }
}

function sumOf(content: Uint8Array): Buffer {
  return hash('sha256', content, 'buffer')
}
