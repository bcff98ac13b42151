/**
 * A store that speaks like S3, as far as a seed needs it: it checks every signature by AWS's rules on
 * its own, and compares before it writes.
 */
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'

export interface BucketServer {
  url: string
  /** By path. */
  objects: Map<string, Buffer>
  /** Runs between a writer's comparison and its answer, for races. */
  stop(): void
}

export const KEY_ID = 'AKIAIOSFODNN7EXAMPLE'
export const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'

export async function startBucketServer(region: string): Promise<BucketServer> {
  const objects = new Map<string, Buffer>()
  const server: Server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const path = request.url ?? ''
    if (!isSigned(request, body, region)) return response.writeHead(403).end()
    const held = objects.get(path)
    const tag = held && `"${createHash('md5').update(held).digest('hex')}"`
    if (request.method === 'GET') {
      if (!held || tag === undefined) return response.writeHead(404).end()
      return response.writeHead(200, { etag: tag }).end(held)
    }
    const { 'if-match': match, 'if-none-match': none } = request.headers
    const fits = none === '*' ? held === undefined : match !== undefined && match === tag
    if (!fits) return response.writeHead(412).end()
    objects.set(path, body)
    return response.writeHead(200).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    ...{ url: `http://127.0.0.1:${port}`, objects },
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)". */
function isSigned(request: IncomingMessage, body: Buffer, region: string): boolean {
  const {
    authorization = '',
    'x-amz-date': date,
    'x-amz-content-sha256': content,
  } = request.headers
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    )
  const [, credential = '', names = '', signature = ''] = match ?? []
  const hash = createHash('sha256').update(body).digest('hex')
  if (typeof date !== 'string' || content !== hash) return false
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`
  if (credential !== `${KEY_ID}/${scope}`) return false
  const headers = names.split(';').map((name) => `${name}:${request.headers[name]}\n`)
  const canonical = [request.method, request.url, '', headers.join(''), names, hash].join('\n')
  const digest = createHash('sha256').update(canonical).digest('hex')
  const keys = [date.slice(0, 8), region, 's3', 'aws4_request']
  const key = keys.reduce<string | Buffer>((held, part) => hmac(held, part), `AWS4${SECRET}`)
  return (
    hmac(key, ['AWS4-HMAC-SHA256', date, scope, digest].join('\n')).toString('hex') === signature
  )
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts)
}
