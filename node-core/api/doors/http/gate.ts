/** Who may speak to the HTTP door: from this machine's own pages, with the token. */
import { createTokenCheck } from '../rest/index.ts'

export interface Gate {
  /** Why a request is not answered at all, or undefined. */
  refusesOrigin(headers: {
    host?: string | undefined
    origin?: string | undefined
  }): string | undefined
  knows(token: string | undefined): boolean
}

/**
 * A page of another site can send requests here, and a name of its own can resolve to 127.0.0.1
 * (DNS rebinding). Both show in the headers, port included: other programs have other ports.
 */
export function createGate(options: { port: number; host: string; token: string }): Gate {
  const names = new Set(['127.0.0.1', 'localhost', '[::1]', bracketed(options.host)])
  const hosts = new Set([...names].map((name) => `${name}:${options.port}`))
  if (options.port === 80) for (const name of names) hosts.add(name)
  return {
    refusesOrigin({ host, origin }) {
      if (host === undefined || !hosts.has(host.toLowerCase())) {
        return 'This address is not one of this node: use 127.0.0.1 or localhost with its port.'
      }
      // Programs send no Origin; a browser always does where it matters.
      if (origin === undefined) return undefined
      return origin.startsWith('http://') && hosts.has(origin.slice('http://'.length))
        ? undefined
        : 'Pages of other sites may not speak to this node.'
    },
    knows: createTokenCheck(options.token),
  }
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host.toLowerCase()
}
