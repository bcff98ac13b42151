import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { SeedErrorCode } from './index.ts'
import { SEED_BYTES_MAX, SEED_TIMEOUT_MS } from './limits.ts'

export function failure(
  code: SeedErrorCode,
  message: string,
  cause?: unknown,
): MyceliumError<SeedErrorCode> {
  return new MyceliumError(code, message, { cause })
}

/** What the system or the network threw, as ours. */
export async function reaching<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    if (cause instanceof MyceliumError) throw cause
    throw failure('SEED_UNREACHABLE', `The seed cannot be reached: ${whyOf(cause)}`, cause)
  }
}

/** What the system says by a code, as a sentence that goes on after a colon. */
const WHY: ReadonlyMap<unknown, string> = new Map([
  ['EISDIR', 'this is a folder, not a file.'],
  ['ENOTDIR', 'part of its path is a file, not a folder.'],
  ['EACCES', 'the node may not use this file.'],
  ['EPERM', 'the node may not use this file.'],
  ['EROFS', 'nothing can be written there.'],
  ['ENOSPC', 'the disk is full.'],
  ['ECONNREFUSED', 'nothing answers at this address.'],
  ['ECONNRESET', 'the connection was broken off.'],
  ['EHOSTUNREACH', 'there is no way to this address.'],
  ['ENETUNREACH', 'there is no way to this address.'],
  ['ETIMEDOUT', 'it did not answer in time.'],
])

/** `fetch` says no more than that it failed; what the socket said lies behind it. */
function whyOf(error: unknown): string {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return 'it did not answer in time.'
  }
  const behind = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = codeOf(behind)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `there is no computer called ${Reflect.get(Object(behind), 'hostname')}, or no Internet.`
  }
  const text = messageOf(behind)
  if (text === 'bad port') return 'nothing is asked at this port.'
  // Several addresses that all refused: the text is empty, the code is theirs.
  const why = WHY.get(code) ?? (text || String(code ?? messageOf(error)))
  return /[.!?]$/.test(why) ? why : `${why}.`
}

export function withTimeout(signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(SEED_TIMEOUT_MS)
  return signal ? AbortSignal.any([signal, timeout]) : timeout
}

export async function gather(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of chunks) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > SEED_BYTES_MAX) throw failure('SEED_INVALID', 'What lies there is too large.')
    parts.push(chunk)
  }
  return new Uint8Array(Buffer.concat(parts))
}

export function unlessMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error
}

export function unlessExists(error: unknown): undefined {
  if (codeOf(error) !== 'EEXIST') throw error
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, 'code') : undefined
}
