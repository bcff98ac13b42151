import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TAR_END, tarEntry, tarOf } from '../../../base/tar/index.ts'
import type { Digest } from '../../../storage/blobs/index.ts'
import { entryOf, type ImageFiles, imageArchive } from './image-archive.ts'
import { filesIn } from './tar-reading.ts'

const digestOf = (bytes: Uint8Array): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mycelium-archive-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

async function* cut(bytes: Uint8Array, step: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step)
}

async function filesOf(archive: AsyncIterable<Uint8Array>): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  for await (const { name, content } of filesIn(archive)) files.set(name, await bytesOf(content))
  return files
}

/** As an engine is given it. */
async function* archiveOf(image: ImageFiles): AsyncGenerator<Uint8Array> {
  for await (const file of imageArchive(image)) {
    for await (const bytes of tarEntry(entryOf(file))) yield Buffer.from(bytes)
  }
  yield TAR_END
}

/** An image of two layers as files. */
async function image() {
  const layers = [randomBytes(70_000), Buffer.from('a layer')]
  const config = Buffer.from(JSON.stringify({ rootfs: { diff_ids: layers.map(digestOf) } }))
  const files = new Map<Digest, string>()
  for (const bytes of [config, ...layers]) {
    const file = join(folder, digestOf(bytes).slice(-8))
    await writeFile(file, bytes)
    files.set(digestOf(bytes), file)
  }
  const [one, two] = layers.map(digestOf) as [Digest, Digest]
  return { root: digestOf(config), config, layers: [one, two], files }
}

describe('an archive', () => {
  it('is read as it was written, whatever the parts in which it comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 1_200 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 3_000 }),
        async (contents, step) => {
          const entries = contents.map((content, at) => {
            return { name: `file-${at}`, sizeBytes: content.length, content: [content] }
          })
          const files = await filesOf(cut(await bytesOf(tarOf(entries)), step))
          expect([...files.values()].map(digestOf)).toEqual(contents.map(digestOf))
        },
      ),
      { seed: 7, numRuns: 60 },
    )
  })

  it('is one that tar reads and writes', async () => {
    const content = randomBytes(5_000)
    const entry = { name: 'some/file', sizeBytes: content.length, content: [content] }
    await writeFile(join(folder, 'ours.tar'), await bytesOf(tarOf([entry])))
    execFileSync('tar', ['-xf', join(folder, 'ours.tar'), '-C', folder])
    expect(digestOf(await readFile(join(folder, 'some/file')))).toBe(digestOf(content))
    for (const format of ['ustar', 'gnu', 'pax']) {
      const theirs = execFileSync('tar', ['-c', `--format=${format}`, '-C', folder, 'some'])
      const files = await filesOf(cut(theirs, 700))
      expect([...files.keys()], format).toEqual(['some/file'])
      expect(digestOf(files.get('some/file') ?? Buffer.alloc(0)), format).toBe(digestOf(content))
    }
  })

  it('may hold files of more than octal digits can say', async () => {
    const sizeBytes = 9 * 2 ** 30
    const header = await tarOf([{ name: 'large', sizeBytes, content: [] }]).next()
    // Nobody reads nine gigabytes here: the reader misses them, and says so.
    const reading = filesOf(cut(header.value ?? new Uint8Array(0), 512))
    await expect(reading).rejects.toThrow('is cut short')
  })

  it('is refused where it is cut short, or is none', async () => {
    const entry = { name: 'file', sizeBytes: 900, content: [new Uint8Array(900)] }
    const whole = await bytesOf(tarOf([entry]))
    for (const bytes of [600, 1_000, 1_536]) {
      await expect(filesOf(cut(whole.subarray(0, bytes), 512))).rejects.toThrow('cut short')
    }
    await expect(filesOf(cut(randomBytes(2_048), 512))).rejects.toThrow()
  })

  it('is read no further by who leaves it, in the midst of a file or between two', async () => {
    const file = { name: 'file', sizeBytes: 900, content: [new Uint8Array(900)] }
    const whole = await bytesOf(tarOf([file, { ...file, name: 'other' }]))
    const leave = async (content: AsyncIterable<Uint8Array> | undefined): Promise<void> => {
      for await (const _ of content ?? []) throw new Error('no room')
    }
    for (const midst of [true, false]) {
      let isOpen = true
      async function* archive(): AsyncGenerator<Uint8Array> {
        try {
          yield* cut(whole, 512)
        } finally {
          isOpen = false
        }
      }
      const reading = async (): Promise<void> => {
        for await (const { content } of filesIn(archive())) {
          if (!midst) break
          await leave(content)
        }
      }
      await reading().catch((error: Error) => expect(error.message).toBe('no room'))
      expect(isOpen).toBe(false)
    }
  })
})

describe('the archive of an image', () => {
  it('names every layer, holds those that are given, and no tags', async () => {
    const { root, config, layers, files } = await image()
    const [lower, upper] = layers
    if (lower) files.delete(lower)
    const found = await filesOf(archiveOf({ root, layers, mediaType: '', files }))
    const nameOf = (digest = ''): string => `${digest.slice('sha256:'.length)}/layer.tar`
    expect(JSON.parse(String(found.get('manifest.json')))).toEqual([
      {
        Config: `${root.slice('sha256:'.length)}.json`,
        RepoTags: null,
        Layers: [nameOf(lower), nameOf(upper)],
      },
    ])
    expect(found.get(`${root.slice('sha256:'.length)}.json`)).toEqual(config)
    expect([...found.keys()].filter((name) => name.endsWith('/layer.tar'))).toEqual([nameOf(upper)])
  })

  it('in the layout of OCI names the image in an index, and no tags', async () => {
    const { root, files } = await image()
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    const found = await filesOf(archiveOf({ root, layers: undefined, mediaType, files }))
    const index = JSON.parse(String(found.get('index.json')))
    expect(index.manifests).toEqual([{ mediaType, digest: root, size: expect.any(Number) }])
    expect(found.get('oci-layout')).toBeDefined()
    for (const digest of files.keys()) {
      expect(found.has(`blobs/sha256/${digest.slice('sha256:'.length)}`)).toBe(true)
    }
  })
})
