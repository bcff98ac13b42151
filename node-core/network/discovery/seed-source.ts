/** Reads a seed document from a file or an http(s) URL: bounded in size, time and redirects. */
import { open } from 'node:fs/promises'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { DiscoveryErrorCode } from './index.ts'
import { SEED_BYTES_MAX, SEED_REDIRECTS_MAX, SEED_TIMEOUT_MS } from './limits.ts'

/** The text, unverified. Throws SEED_UNREACHABLE, or SEED_INVALID when it is too large. */
export async function fetchSeed(
  location: string,
  options: { signal?: AbortSignal } = {},
): Promise<string> {
  const stop = [options.signal ?? [], AbortSignal.timeout(SEED_TIMEOUT_MS)].flat()
  const signal = AbortSignal.any(stop)
  try {
    const chunks = isUrl(location) ? await download(new URL(location), signal) : readFile(location)
    return await gather(chunks)
  } catch (cause) {
    if (cause instanceof MyceliumError) throw cause
    const reason = messageOf(cause)
    throw failure('SEED_UNREACHABLE', `The seed document cannot be read: ${reason}`, cause)
  }
}

function isUrl(location: string): boolean {
  return /^https?:\/\//i.test(location)
}

async function download(url: URL, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  let at = url
  for (let hops = 0; hops <= SEED_REDIRECTS_MAX; hops++) {
    const response = await fetch(at, { signal, redirect: 'manual' })
    const next = response.headers.get('location')
    if (response.status >= 300 && response.status < 400 && next !== null) {
      await response.body?.cancel()
      at = new URL(next, at)
      if (!isUrl(at.href)) throw failure('SEED_UNREACHABLE', 'The seed document moved off the web.')
    } else if (response.ok && response.body) {
      return response.body
    } else {
      await response.body?.cancel()
      throw failure('SEED_UNREACHABLE', `The server answered ${response.status}.`)
    }
  }
  throw failure('SEED_UNREACHABLE', 'The seed document is redirected too often.')
}

async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r')
  try {
    yield* file.createReadStream({ end: SEED_BYTES_MAX })
  } finally {
    await file.close()
  }
}

async function gather(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of chunks) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > SEED_BYTES_MAX) throw failure('SEED_INVALID', 'The seed document is too large.')
    parts.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(parts))
}

function failure(
  code: DiscoveryErrorCode,
  message: string,
  cause?: unknown,
): MyceliumError<DiscoveryErrorCode> {
  return new MyceliumError(code, message, { cause })
}
