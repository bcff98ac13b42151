/** `log-copy/2`: the end of a log is handed to a node that keeps a copy of it. */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { LogLineOut } from '../runners/index.ts'
import { LOG_COPY_BYTES_MAX } from './limits.ts'
import { linesIn, lineText, parseRecords } from './record.ts'

const time = z.iso.datetime().max(32)
const part = z.string().max(63)
/** How many lines of the log stand before a place. */
const place = z.int().min(0)

const renewal = z.object({
  id: z.string().regex(/^[a-z0-9-]{1,90}$/),
  workload: z.string().max(63),
  index: z.number().int(),
  generation: z.number().int(),
  since: time,
  until: time.exactOptional(),
  /** In place of all that was kept; otherwise it goes on behind `after`. */
  whole: z.boolean(),
  after: place,
  /** Behind these lines. */
  next: place,
  text: z.string().max(LOG_COPY_BYTES_MAX * 2),
})

export type CopyRenewal = Omit<z.infer<typeof renewal>, 'text'> & { lines: LogLineOut[] }

const taken = z.object({ taken: z.boolean() })

export function renewalBytes({ lines, ...rest }: CopyRenewal): Uint8Array {
  return encode({ ...rest, text: lines.map(lineText).join('').toWellFormed() })
}

export function parseRenewal(bytes: Uint8Array): CopyRenewal {
  const parsed = renewal.safeParse(plainOf(bytes))
  if (!parsed.success) throw new MyceliumError('NET_REFUSED', 'Not the end of a log.')
  const { text, ...rest } = parsed.data
  const lines = linesIn(parseRecords(text))
  if (!lines.every(isToBeTold) || lines.length !== rest.next - rest.after) {
    throw new MyceliumError('NET_REFUSED', 'Not the end of a log.')
  }
  return { ...rest, lines }
}

/** What is kept is told to others one day, who take no other times and names of parts. */
function isToBeTold({ at, part: name = '' }: LogLineOut): boolean {
  return time.safeParse(at).success && part.safeParse(name).success
}

export function takenBytes(value: boolean): Uint8Array {
  return encode({ taken: value })
}

export function parseTaken(bytes: Uint8Array): boolean {
  const parsed = taken.safeParse(plainOf(bytes))
  return parsed.success && parsed.data.taken
}

function plainOf(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { bytesMax: LOG_COPY_BYTES_MAX * 4 })
  } catch {
    return undefined
  }
}
