/** The built window, served as files under a strict policy. */
import { open } from 'node:fs/promises'
import path from 'node:path'
import { COMMON_HEADERS, type Exchange } from '../rest/index.ts'
import { WINDOW_FILE_BYTES_MAX } from './limits.ts'

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

/** Own scripts, own sockets, nothing else; styles in attributes are what React sets. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Answers when the path is a file of the window; false otherwise. */
export async function sendWindowFile(
  { request, response, url }: Exchange,
  folder: string,
): Promise<boolean> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const relative = fileOf(url.pathname)
  const contentType = CONTENT_TYPES[path.extname(relative ?? '')]
  if (relative === undefined || contentType === undefined) return false
  const bytes = await readBounded(path.join(folder, relative))
  if (!bytes) return false
  response.writeHead(200, {
    ...COMMON_HEADERS,
    // The bundler puts a hash of the content into the names under assets/.
    'cache-control': relative.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache',
    'content-type': contentType,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cross-origin-opener-policy': 'same-origin',
    'x-frame-options': 'DENY',
  })
  response.end(bytes)
  return true
}

/** A path inside the folder in plain letters, so that nothing above it can be named. */
function fileOf(pathname: string): string | undefined {
  if (pathname === '/') return 'index.html'
  const relative = pathname.slice(1)
  const plain = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/.test(relative)
  return plain ? relative : undefined
}

async function readBounded(file: string): Promise<Uint8Array | undefined> {
  const handle = await open(file).catch(() => undefined)
  if (!handle) return undefined
  try {
    const { size } = await handle.stat()
    return size <= WINDOW_FILE_BYTES_MAX ? await handle.readFile() : undefined
  } catch {
    // A folder of that name, or a file that went away: either is not a file of the window.
    return undefined
  } finally {
    await handle.close()
  }
}
