/** The window's files under a scheme of our own, `app://mycelium/…`, with a strict policy. */
import { open } from 'node:fs/promises'
import path from 'node:path'
import { WINDOW_FILE_BYTES_MAX } from './limits.ts'

export const SCHEME = 'app'
export const ORIGIN = `${SCHEME}://mycelium`
export const WINDOW_URL = `${ORIGIN}/index.html`

/** Own scripts and fonts, nothing from elsewhere. React sets styles in attributes. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "frame-src 'none'",
  "object-src 'none'",
].join('; ')

const MEDIA_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

/** Answers the page's requests with files of `folder` and with nothing else. */
export function createWindowFiles(folder: string): (request: Request) => Promise<Response> {
  return async (request) => {
    const file = fileOf(request)
    const type = MEDIA_TYPES[path.extname(file ?? '')]
    const bytes = file && type ? await readBounded(path.join(folder, file)) : undefined
    if (!bytes || !type) return new Response('Not found.', { status: 404, headers: headersOf() })
    return new Response(bytes, { headers: headersOf(type) })
  }
}

/** A path inside the folder in plain letters, so that nothing above it can be named. */
export function fileOf(request: { url: string; method: string }): string | undefined {
  const { protocol, host, pathname } = new URL(request.url)
  if (request.method !== 'GET' || `${protocol}//${host}` !== ORIGIN) return undefined
  const file = pathname === '/' ? 'index.html' : pathname.slice(1)
  const isPlain = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/.test(file)
  return isPlain ? file : undefined
}

function headersOf(type = 'text/plain; charset=utf-8'): Record<string, string> {
  return {
    'content-type': type,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  }
}

async function readBounded(file: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const handle = await open(file).catch(() => undefined)
  if (!handle) return undefined
  try {
    const stat = await handle.stat()
    if (!stat.isFile() || stat.size > WINDOW_FILE_BYTES_MAX) return undefined
    return new Uint8Array(await handle.readFile())
  } finally {
    await handle.close()
  }
}
