/** What clients of the sockets and of the session route send. */
import { z } from 'zod'

const firstMessage = z.object({
  token: z.string().max(256).optional(),
  subscribe: z.array(z.string().max(64)).max(32).optional(),
})
export type SocketMessage = z.infer<typeof firstMessage>

/** A message of the event socket, or the first of either; undefined when it is not one. */
export function parseFirstMessage(text: string): SocketMessage | undefined {
  return parseWith(firstMessage, text)
}

const session = z.object({ code: z.string().max(64) })

export function parseSession(body: unknown): { code: string } | undefined {
  const parsed = session.safeParse(body)
  return parsed.success ? parsed.data : undefined
}

function parseWith<T>(shape: z.ZodType<T>, text: string): T | undefined {
  try {
    return shape.safeParse(JSON.parse(text)).data
  } catch {
    // Not JSON: the caller refuses it like any other message that is none of these.
    return undefined
  }
}
