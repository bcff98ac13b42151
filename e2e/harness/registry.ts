/** A registry with one image, as engines ask for it (OCI distribution), on loopback, where engines do without TLS. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Engine } from './engine.ts'

export interface Registry {
  /** What the image is called there. */
  reference: string
  /** Digests of its layers, unpacked, as engines know them. */
  layers: readonly string[]
  /** Blobs that were handed out. */
  blobsGiven(): number
  close(): void
}

const KIND = 'application/vnd.docker'
const MANIFEST = `${KIND}.distribution.manifest.v2+json`

/** @param tag An image of that engine, which loses it. */
export async function moveToRegistry(engine: Engine, tag: string): Promise<Registry> {
  const { blobs, manifest, layers } = partsOf(engine, tag)
  engine.docker('rmi', tag)
  let given = 0
  const server = createServer((request, response) => {
    const asked = request.url ?? ''
    const digest = /\/blobs\/(sha256:[0-9a-f]{64})$/.exec(asked)?.[1]
    const found = digest === undefined ? manifestFor(asked) : blobs.get(digest)
    if (asked === '/v2/') return response.writeHead(200).end('{}')
    if (!found) return response.writeHead(404).end('{}')
    if (digest !== undefined && request.method === 'GET') given++
    response.writeHead(200, {
      'content-type': digest === undefined ? MANIFEST : 'application/octet-stream',
      'content-length': found.byteLength,
      'docker-content-digest': digestOf(found),
    })
    return response.end(request.method === 'HEAD' ? undefined : found)
  })
  const manifestFor = (asked: string): Buffer | undefined => {
    return asked.startsWith('/v2/shelf/manifests/') ? manifest : undefined
  }
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    reference: `127.0.0.1:${port}/shelf:1`,
    layers,
    blobsGiven: () => given,
    close: () => void server.close(),
  }
}

function partsOf(engine: Engine, tag: string) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-registry-'))
  try {
    const archive = path.join(folder, 'image.tar')
    engine.docker('save', '-o', archive, tag)
    execFileSync('tar', ['-C', folder, '-xf', archive])
    const read = (name: string): Buffer => readFileSync(path.join(folder, name))
    const [{ Config, Layers }] = JSON.parse(read('manifest.json').toString()) as [
      { Config: string; Layers: string[] },
    ]
    const blobs = new Map<string, Buffer>()
    const put = (mediaType: string, bytes: Buffer) => {
      blobs.set(digestOf(bytes), bytes)
      return { mediaType, size: bytes.byteLength, digest: digestOf(bytes) }
    }
    const manifest = {
      ...{ schemaVersion: 2, mediaType: MANIFEST },
      config: put(`${KIND}.container.image.v1+json`, read(Config)),
      layers: Layers.map((layer) => {
        return put(`${KIND}.image.rootfs.diff.tar.gzip`, gzipSync(read(layer)))
      }),
    }
    const layers = Layers.map((layer) => digestOf(read(layer)))
    return { blobs, layers, manifest: Buffer.from(JSON.stringify(manifest)) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
