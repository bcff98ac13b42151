import { createHash } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { createArchiveCheck } from './image-archive.ts'

interface Entry {
  name: string
  content?: string | Buffer
  type?: string
  link?: string
  /** The size field as it stands, when it is not the content's. */
  size?: string
}

function tar(entries: Entry[]): Buffer {
  const blocks = entries.map(({ name, content = '', type = '0', link = '', size }) => {
    const body = Buffer.from(content)
    const header = Buffer.alloc(512)
    header.write(name, 0, 'latin1')
    header.write(size ?? `${body.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
    header.write(type, 156)
    header.write(link, 157)
    return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const CONFIG = '{"rootfs":{"type":"layers","diff_ids":["sha256:…"]}}'
const ID = sha256(CONFIG)
const LAYER = 'a'.repeat(64)
const OTHER = 'b'.repeat(64)
const manifest = (more: object = {}): string =>
  JSON.stringify([
    { Config: `${ID}.json`, RepoTags: null, Layers: [`${LAYER}/layer.tar`], ...more },
  ])
/** As Docker before version 25 writes it. */
const legacy = (): Entry[] => [
  { name: `${LAYER}/`, type: '5' },
  { name: `${LAYER}/VERSION`, content: '1.0' },
  { name: `${LAYER}/json`, content: '{}' },
  { name: `${LAYER}/layer.tar`, content: 'x'.repeat(1_000) },
  { name: `${ID}.json`, content: CONFIG },
  { name: 'manifest.json', content: manifest() },
]
const LAYER_TEXT = 'layer'
const IMAGE_MANIFEST = JSON.stringify({ config: { digest: `sha256:${ID}` } })
const blob = (text: string): Entry => ({ name: `blobs/sha256/${sha256(text)}`, content: text })
/** As Docker since version 25 writes it. */
const oci = (annotations: object = {}): Entry[] => [
  { name: 'blobs/', type: '5' },
  { name: 'blobs/sha256/', type: '5' },
  blob(CONFIG),
  blob(LAYER_TEXT),
  blob(IMAGE_MANIFEST),
  {
    name: 'index.json',
    content: JSON.stringify({
      manifests: [{ digest: `sha256:${sha256(IMAGE_MANIFEST)}`, annotations }],
    }),
  },
  { name: 'manifest.json', content: manifest({ Config: `blobs/sha256/${ID}` }) },
  { name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' },
]

function check(entries: Entry[] | Buffer, id = ID): void {
  const archive = createArchiveCheck(`sha256:${id}`)
  archive.take(Buffer.isBuffer(entries) ? entries : tar(entries))
  archive.end()
}
const mismatch = expect.objectContaining({ code: 'DIGEST_MISMATCH' })
const refused = (entries: Entry[] | Buffer) => expect(() => check(entries)).toThrow(mismatch)

describe('an image archive from a peer', () => {
  it('passes in both layouts that engines write, by configuration or by manifest digest', () => {
    check(legacy())
    check(oci())
    check(oci(), sha256(IMAGE_MANIFEST))
  })

  it('passes whatever the pieces it comes in', () => {
    const bytes = tar(legacy())
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1 }), (sizes) => {
        const archive = createArchiveCheck(`sha256:${ID}`)
        for (let from = 0, turn = 0; from < bytes.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1
          archive.take(bytes.subarray(from, from + size))
          from += size
        }
        archive.end()
      }),
      { seed: 4, numRuns: 30 },
    )
  })

  it('is refused when it holds another image', () => {
    const other = CONFIG.replace('layers', 'LAYERS')
    refused(
      legacy().map((entry) => (entry.content === CONFIG ? { ...entry, content: other } : entry)),
    )
    const renamed = [
      { name: `${sha256(other)}.json`, content: other },
      { name: 'manifest.json', content: manifest({ Config: `${sha256(other)}.json` }) },
    ]
    refused([...legacy().slice(0, 4), ...renamed])
  })

  it('is refused when the manifest names a configuration that is not in it', () => {
    refused(legacy().filter(({ content }) => content !== CONFIG))
  })

  it('is refused when it would move a tag of this computer', () => {
    const tagged = manifest({ RepoTags: ['nginx:latest'] })
    refused([...legacy().slice(0, 5), { name: 'manifest.json', content: tagged }])
    refused([...legacy(), { name: 'repositories', content: '{"nginx":{"latest":"…"}}' }])
    refused(oci({ 'io.containerd.image.name': 'docker.io/library/nginx:latest' }))
    refused(oci({ 'org.opencontainers.image.ref.name': 'nginx' }))
  })

  it('is refused when it holds a second image', () => {
    const two = JSON.stringify([...JSON.parse(manifest()), ...JSON.parse(manifest())])
    refused([...legacy().slice(0, 5), { name: 'manifest.json', content: two }])
  })

  it('is refused when it holds paths, links or devices that no engine writes', () => {
    for (const name of ['../../etc/cron.d/x', '/etc/passwd', 'etc/passwd', `${LAYER}/../x`]) {
      refused([...legacy(), { name, content: 'x' }])
    }
    refused([...legacy(), { name: `${LAYER}/json`, type: '2', link: '/etc/passwd' }])
    refused([...legacy(), { name: `${LAYER}/json`, type: '3' }])
    for (const type of ['1', '4', '6', '7', 'L', 'S', 'g', 'x']) {
      refused([...legacy(), { name: `${OTHER}/layer.tar`, type, link: `../${LAYER}/layer.tar` }])
    }
    refused([...legacy(), { name: `${OTHER}/json`, type: '2', link: `../${LAYER}/layer.tar` }])
    check([...legacy(), { name: `${OTHER}/layer.tar`, type: '2', link: `../${LAYER}/layer.tar` }])
  })

  it('is refused when it goes on behind its end, where an engine does not look', () => {
    const tagged = { name: 'manifest.json', content: manifest({ RepoTags: ['nginx:latest'] }) }
    const hidden = tar([{ name: 'manifest.json', content: manifest() }])
    refused(Buffer.concat([tar([...legacy().slice(0, 5), tagged]), hidden]))
    refused(Buffer.concat([tar(legacy()), Buffer.from('x')]))
    const oneZeroBlock = tar([...legacy().slice(0, 5), tagged]).subarray(0, -512)
    refused(Buffer.concat([oneZeroBlock, hidden]))
    check(Buffer.concat([tar(legacy()), Buffer.alloc(10_000)]))
  })

  it('is refused when it holds a name twice, however it is written', () => {
    const tagged = manifest({ RepoTags: ['nginx:latest'] })
    for (const name of [
      'manifest.json',
      './manifest.json',
      'manifest.json/',
      'x/../manifest.json',
    ]) {
      refused([{ name, content: tagged }, ...legacy()])
      refused([...legacy(), { name, content: manifest() }])
    }
    refused([...legacy(), { name: `${LAYER}/layer.tar`, content: 'y' }])
    refused([...legacy(), { name: `${LAYER}/`, type: '5' }])
  })

  it('is refused when its bytes can be cut into files in two ways', () => {
    const tagged = { name: 'manifest.json', content: manifest({ RepoTags: ['nginx:latest'] }) }
    const inside = tar([tagged])
    // Engines read no content of folders and links, whatever their size field says.
    refused([{ name: 'blobs/', type: '5', content: inside }, ...oci().slice(1)])
    const link = { name: `${OTHER}/layer.tar`, type: '2', link: `../${LAYER}/layer.tar` }
    refused([...legacy(), { ...link, content: inside }])
    refused([...legacy(), { name: `${OTHER}/`, content: inside }])
    for (const size of ['\0' + '0000000001\0', ' 0000000001\0', '0x000000001\0', '-1\0', '\x80']) {
      refused([...legacy(), { name: `${OTHER}/json`, content: 'x', size }])
    }
  })

  it('is refused when its JSON could be read in two ways', () => {
    const named = '"nginx:latest"'
    const twice = manifest().replace('"RepoTags":null', `"RepoTags":[${named}],"RepoTags":null`)
    const folded = manifest({ repotags: ['nginx:latest'] })
    for (const content of [twice, folded]) {
      refused([...legacy().slice(0, 5), { name: 'manifest.json', content }])
    }
    const entry = `"digest":"sha256:${sha256(IMAGE_MANIFEST)}"`
    const naming = '{"io.containerd.image.name":"docker.io/library/nginx:latest"}'
    for (const content of [
      `{"manifests":[{${entry},"annotations":${naming},"annotations":{}}]}`,
      `{"manifests":[{${entry},"Annotations":${naming}}]}`,
      `{"manifests":[{${entry}}],"Manifests":[{${entry},"annotations":${naming}}]}`,
    ]) {
      refused(oci().map((each) => (each.name === 'index.json' ? { ...each, content } : each)))
    }
  })

  it('is refused when a blob is not what its name says, or the archive is cut short', () => {
    refused([...oci(), { name: `blobs/sha256/${ID}`, content: 'x' }])
    refused(tar(legacy()).subarray(0, 2_700))
    refused(Buffer.alloc(1024))
    refused([])
  })

  it('never holds more than a block of what it looks through', async () => {
    const archive = createArchiveCheck(`sha256:${ID}`)
    const header = tar([{ name: `${LAYER}/layer.tar` }]).subarray(0, 512)
    header.write('77777777777\0', 124)
    archive.take(header)
    const before = process.memoryUsage().arrayBuffers
    const chunk = Buffer.alloc(1024 * 1024)
    for (let megabytes = 0; megabytes < 300; megabytes++) archive.take(chunk)
    // What is no longer referred to is swept beside the program, some time after a collection.
    await vi.waitFor(() => {
      collectGarbage()
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000)
    }, 10_000)
  })
})

function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
}
