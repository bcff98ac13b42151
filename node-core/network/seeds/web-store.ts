/** A seed at a URL: read by GET, written by PUT where the server allows it. */
import { failure, reaching, withTimeout } from './failures.ts'
import { condition, foundIn, outcomeOf } from './http.ts'
import type { SeedStore, SeedStoreDeps } from './index.ts'
import { SEED_REDIRECTS_MAX } from './limits.ts'

export function openWebStore(url: URL, { credentials }: SeedStoreDeps): SeedStore {
  const authorization = credentials?.token ? { authorization: `Bearer ${credentials.token}` } : {}
  if (credentials?.token && !isPrivate(url)) {
    throw failure('SEED_LOCATION_INVALID', 'A token goes over https only.')
  }

  async function get(signal: AbortSignal): Promise<Response> {
    let at = url
    for (let hops = 0; hops <= SEED_REDIRECTS_MAX; hops++) {
      // Another host must not be shown the token.
      const headers = at.origin === url.origin ? authorization : {}
      const response = await fetch(at, { signal, redirect: 'manual', headers })
      const next = response.headers.get('location')
      if (response.status < 300 || response.status >= 400 || next === null) return response
      await response.body?.cancel()
      at = new URL(next, at)
      if (!/^https?:$/.test(at.protocol)) {
        throw failure('SEED_UNREACHABLE', 'The seed has moved off the web.')
      }
    }
    throw failure('SEED_UNREACHABLE', 'The seed is redirected too often.')
  }

  return {
    location: url.href,
    read: (signal) => reaching(async () => foundIn(await get(withTimeout(signal)))),
    write: (bytes, tag, signal) =>
      reaching(async () => {
        const response = await fetch(url, {
          ...{ method: 'PUT', redirect: 'error', signal: withTimeout(signal) },
          headers: {
            ...{ ...authorization, ...condition(tag) },
            'content-type': 'application/octet-stream',
          },
          body: Uint8Array.from(bytes),
        })
        return outcomeOf(response)
      }),
  }
}

/** Nobody on the way reads it. */
export function isPrivate({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(127\.|localhost$|\[::1\]$)/.test(hostname)
}
