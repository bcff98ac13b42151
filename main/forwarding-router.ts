import type { ClientLink } from '@orpc/client'
import { isContractProcedure } from '@orpc/contract'
import { ORPCError, os } from '@orpc/server'
import { z } from 'zod'
import { contract } from '../node-core/api/contract/index.ts'
import type { Router } from '../node-core/api/handlers/index.ts'

export interface ForwardingDeps {
  link: ClientLink<Record<never, never>>
  /** `http://127.0.0.1:7780` of the node that answers. */
  api: string
  token: string
}

interface Call {
  input: unknown
  signal?: AbortSignal | undefined
}

/**
 * A router with every operation of the contract that asks another process's node. It checks nothing
 * itself: that node does, and its failures pass as they are. A bundle goes by HTTP, because it may
 * be larger than a message of the socket.
 */
export function createForwardingRouter({ link, api, token }: ForwardingDeps): Router {
  const forward = (part: unknown, path: readonly string[]): unknown => {
    if (isContractProcedure(part)) {
      return os.handler(({ input, signal }: Call) =>
        link.call(path, input, { context: {}, ...(signal && { signal }) }),
      )
    }
    const entries = Object.entries(Object(part) as object)
    return Object.fromEntries(
      entries.map(([name, inner]) => [name, forward(inner, [...path, name])]),
    )
  }
  const all = forward(contract, []) as Router
  const publish = os
    .input(z.object({ file: z.file() }))
    .handler(({ input, signal }) => publishBundle(`${api}/api/bundles`, token, input.file, signal))
  // It has the contract's tree by construction; what differs is that nothing is known of its types.
  return { ...all, bundles: { ...all.bundles, publish } } as unknown as Router
}

const refusal = z.object({ error: z.string(), code: z.string(), details: z.unknown() })

async function publishBundle(url: string, token: string, file: File, signal?: AbortSignal) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: file,
    ...(signal ? { signal } : {}),
  })
  const body: unknown = await answer.json()
  if (answer.ok) return body
  const parsed = refusal.safeParse(body)
  if (!parsed.success) throw new ORPCError('INTERNAL_ERROR', { status: answer.status })
  const { code, error, details } = parsed.data
  throw new ORPCError(code, { status: answer.status, message: error, data: details })
}
