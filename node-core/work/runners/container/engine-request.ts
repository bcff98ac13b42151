/** One request of an engine without dockerode, which takes longer to load than an image to be handed out. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { engineError } from './engine-errors.ts'
import { REFUSAL_BYTES_MAX } from './limits.ts'
import type { EngineAddress } from './socket.ts'

export interface EngineRequest {
  method: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
}

/** What is posted is to be written, and ended. */
export function beginRequest(
  engine: EngineAddress,
  { method, path, headers = {} }: EngineRequest,
): { sent: ClientRequest; answer: Promise<IncomingMessage> } {
  const where =
    engine.kind === 'socket'
      ? { socketPath: engine.path }
      : { host: engine.host, port: engine.port }
  const sent = request({ ...where, method, path, headers, agent: false })
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  // Whoever asked may be writing, and hears of it afterwards.
  promise.catch(() => {})
  sent.on('error', (error) => reject(engineError(error)))
  sent.on('response', (response) => {
    if (response.statusCode === 200) resolve(response)
    else refusalOf(response).then(reject, (error: unknown) => reject(engineError(error)))
  })
  if (method === 'GET') sent.end()
  return { sent, answer: promise }
}

async function refusalOf(response: IncomingMessage) {
  let text = ''
  for await (const chunk of response) {
    text += String(chunk)
    if (text.length > REFUSAL_BYTES_MAX) break
  }
  const { statusCode } = response
  return engineError(Object.assign(new Error(wordsIn(text)), { statusCode }))
}

function wordsIn(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'message' in value) {
      return String(value.message)
    }
  } catch {
    // It said it otherwise.
  }
  return text
}
