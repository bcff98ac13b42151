/** What an engine answers, in our own forms and codes. */
import { addAbortSignal, Readable } from 'node:stream'
import type Dockerode from 'dockerode'
import { engineError, statusOf } from './engine-errors.ts'

/** One answer in time, with the engine's refusals in our codes. */
export type Ask = <T>(
  question: (docker: Dockerode, signal: AbortSignal) => Promise<T>,
  options?: { timeoutMs?: number },
) => Promise<T>

/** A stream of the engine: opened in time, then as long as it takes or the signal lets it. */
export type OpenStream = (
  question: (docker: Dockerode, signal: AbortSignal) => Promise<NodeJS.ReadableStream | Buffer>,
  wanted: AbortSignal | undefined,
) => Promise<AsyncIterable<Uint8Array>>

export async function* chunksOf(
  answer: NodeJS.ReadableStream | Buffer,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  if (answer instanceof Uint8Array) return yield answer
  if (signal && answer instanceof Readable) addAbortSignal(signal, answer)
  try {
    for await (const chunk of answer) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
  } catch (error) {
    signal?.throwIfAborted()
    throw engineError(error)
  }
}

export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    // 304: stopped already; 404: there is none; 409: its removal is under way.
    const status = statusOf(error)
    if (status === 304 || status === 404 || status === 409) return undefined
    throw error
  }
}

/**
 * What `docker.df()` asks, which can be told of no kind and no signal: an engine counts all that it has for
 * it, unless it knows of kinds (1.42 of its API).
 */
export function diskUseOf(
  docker: Dockerode,
  type: 'image' | 'volume',
  abortSignal: AbortSignal,
): Promise<unknown> {
  const statusCodes = { 200: true, 500: 'server error' }
  const asked = { path: '/system/df?', method: 'GET', options: { type }, statusCodes, abortSignal }
  return new Promise((resolve, reject) => {
    docker.modem.dial(asked, (error, found) => {
      if (error) reject(error)
      else resolve(found)
    })
  })
}
