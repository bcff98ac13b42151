import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/fetch'
import type {
  ContractRouterClient,
  InferContractRouterInputs,
  InferContractRouterOutputs,
} from '@orpc/contract'
import type { Contract } from '../node-core/api/contract/index.ts'
import type { FoundNode } from './running-node.ts'

export type Operations = ContractRouterClient<Contract>
export type Inputs = InferContractRouterInputs<Contract>
export type Outputs = InferContractRouterOutputs<Contract>

/** The node that runs on a home, by its HTTP door. */
export interface NodeClient {
  readonly pid: number
  readonly call: Operations
  /** A route that is not an operation: text lines, or a file as the body. Throws like `call`. */
  fetch(route: string, init?: RequestInit): Promise<Response>
}

export function connectToNode(running: FoundNode, token: string): NodeClient {
  const authorization = `Bearer ${token}`
  const link = new RPCLink({ url: `${running.api}/api/rpc`, headers: { authorization } })
  return {
    pid: running.pid,
    call: createORPCClient(link),
    async fetch(route, init = {}) {
      const headers = { ...init.headers, authorization }
      const response = await fetch(`${running.api}${route}`, { ...init, headers })
      if (response.ok) return response
      throw await failureOf(response)
    },
  }
}

/** The same shape as what an operation throws. */
async function failureOf(response: Response): Promise<Error> {
  const body: unknown = await response.json().catch(() => undefined)
  const field = (name: string): unknown =>
    typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
  const message = field('error')
  return Object.assign(new Error(typeof message === 'string' ? message : response.statusText), {
    code: field('code') ?? 'INTERNAL_ERROR',
    status: response.status,
    data: field('details'),
  })
}
