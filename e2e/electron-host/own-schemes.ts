/**
 * Schemes of the app's own, which Chromium does not know: `app://host/path` lives on
 * `http://app--host.localhost/path`, a secure context that it can load and that never leaves here.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const ownSchemes = new Set<string>()

export function addOwnScheme(scheme: string): void {
  if (!/^(https?|file)$/.test(scheme)) ownSchemes.add(scheme)
}

/** As Chromium is asked for it. */
export function toBrowserUrl(url: string): string {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(url)
  if (!parts?.[1] || !ownSchemes.has(parts[1])) return url
  return `http://${parts[1]}--${parts[2] || 'app'}.localhost${parts[3] || '/'}`
}

/** As the app knows it. */
export function toAppUrl(url: string): string {
  const parts = /^http:\/\/([a-z0-9+.]+)--([a-z0-9.-]*)\.localhost(\/.*)?$/i.exec(url)
  return parts ? `${parts[1]}://${parts[2]}${parts[3] ?? '/'}` : url
}

const MEDIA_TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
}

export async function fileResponse(request: { url: string } | string): Promise<Response> {
  const url = new URL(typeof request === 'string' ? request : request.url)
  url.search = ''
  url.hash = ''
  const file = fileURLToPath(url)
  try {
    const type = MEDIA_TYPES[path.extname(file)] ?? 'application/octet-stream'
    return new Response(new Uint8Array(await readFile(file)), { headers: { 'content-type': type } })
  } catch {
    return new Response('not found', { status: 404 })
  }
}
