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

/** `fetch` says no more than that it failed; what the socket said lies behind it. */
function whyOf(error: unknown): string {
  const behind = error instanceof Error ? error.cause : undefined
  if (!(behind instanceof Error)) return messageOf(error)
  // Several addresses that all refused: the text is empty, the code is theirs.
  return behind.message || String(Reflect.get(behind, 'code') ?? messageOf(error))
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
