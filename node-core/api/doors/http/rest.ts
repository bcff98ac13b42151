/** REST by the routes of the contract, and RPC over HTTP for the command line. */
import { RPCHandler } from '@orpc/server/node'
import type { Router } from '../../handlers/index.ts'
import { createRestRoutes, type RestRoutes } from '../rest/index.ts'

/** Where RPC over HTTP lives; the window's socket has the same path without the slash. */
export const RPC_PREFIX = '/api/rpc'

export type Routes = RestRoutes

export function createRoutes(router: Router): Routes {
  const rest = createRestRoutes(router)
  const rpc = new RPCHandler(router)
  return {
    async answer(exchange, body) {
      const { request, response, url } = exchange
      if (!url.pathname.startsWith(`${RPC_PREFIX}/`)) return rest.answer(exchange, body)
      const parsed = Object.assign(request, { body })
      const { matched } = await rpc.handle(parsed, response, { prefix: RPC_PREFIX, context: {} })
      return matched
    },
  }
}
