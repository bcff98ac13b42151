import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import { generateKey } from '../../identity/index.ts'
import {
  buildBundle,
  extractProgram,
  inspectBundle,
  parseManifestDraft,
  verifyBundle,
} from './index.ts'

const trusted = (): boolean => true
const signer = generateKey(createSeededRandom(5))
const draft = parseManifestDraft(
  Buffer.from('{"name":"billing","version":"v1","command":"billing","env":{"A":"<&>"}}'),
)

let folder: string
let good: { file: string; digest: string }
let manifest: Buffer
const program = Buffer.concat([Buffer.from('#!/bin/sh\n'), randomBytes(3_000)])

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'h5-bundles-'))
  await writeFile(join(folder, 'billing'), program)
  good = await buildBundle({
    manifest: draft,
    program: join(folder, 'billing'),
    signer,
    createdAt: '2026-11-20T12:00:00Z',
    out: folder,
  })
  manifest = Buffer.from(JSON.stringify((await inspectBundle(good.file)).manifest))
})
afterAll(() => rm(folder, { recursive: true }))

interface CraftedEntry {
  name: string | Buffer
  content?: Buffer
  /** Unix mode in the entry's attributes. */
  mode?: number
  flags?: number
  method?: number
  /** What the headers claim, when it is not the truth. */
  sizeClaimed?: number
  packed?: Buffer
  localName?: string
}

/** A zip by hand: what no honest tool would write. */
async function crafted(entries: CraftedEntry[]): Promise<string> {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const { content = Buffer.alloc(0), mode = 0o100644, flags = 0 } = entry
    const packed = entry.packed ?? content
    const method = entry.method ?? (entry.packed ? 8 : 0)
    const name = Buffer.from(entry.name)
    const localName = Buffer.from(entry.localName ?? name)
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt16LE(flags, 2)
    shared.writeUInt16LE(method, 4)
    shared.writeUInt32LE(crc32(content), 10)
    shared.writeUInt32LE(packed.length, 14)
    shared.writeUInt32LE(entry.sizeClaimed ?? content.length, 18)
    const local = Buffer.from(shared)
    local.writeUInt16LE(localName.length, 22)
    shared.writeUInt16LE(name.length, 22)
    locals.push(Buffer.from('PK\x03\x04'), local, localName, packed)
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE((mode << 16) >>> 0, 6)
    tail.writeUInt32LE(offset, 10)
    central.push(Buffer.from('PK\x01\x02\x14\x03'), shared, tail, name)
    offset += 30 + localName.length + packed.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(offset, 12)
  const file = join(folder, `${randomBytes(6).toString('hex')}.spore`)
  await writeFile(file, Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end]))
  return file
}

const faultOf = async (entries: CraftedEntry[]): Promise<string> => {
  const file = await crafted(entries)
  const error = await verifyBundle(file, { trusted }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'BUNDLE_INVALID' })
  return (error as { details: { reason: string } }).details.reason
}
const ours = (): CraftedEntry[] => [
  { name: 'manifest.json', content: manifest },
  { name: 'billing', content: program, mode: 0o100755 },
]

describe('a good bundle', () => {
  it('verifies, and tells who signed it', async () => {
    const bundle = await verifyBundle(good.file, { trusted })
    expect(bundle.digest).toBe(good.digest)
    expect(bundle.publisher).toBe(Buffer.from(signer.publicKey).toString('hex'))
    expect(bundle.programBytes).toBe(program.length)
    expect(bundle.manifest.env).toEqual({ A: '<&>' })
  })

  it('verifies whatever tool packed it', async () => {
    await verifyBundle(await crafted(ours()), { trusted })
    await verifyBundle(await crafted(ours().toReversed()), { trusted })
  })

  it('is built the same from the same inputs', async () => {
    const out = join(folder, 'again')
    const again = await buildBundle({
      manifest: draft,
      program: join(folder, 'billing'),
      signer,
      createdAt: '2026-11-20T12:00:00Z',
      out,
    })
    expect(again.digest).toBe(good.digest)
    expect(await readdir(out)).toEqual(['billing-v1.spore'])
  })

  it('is unpacked into one executable file', async () => {
    const into = join(folder, 'unpacked')
    const path = await extractProgram(await verifyBundle(good.file, { trusted }), into)
    expect(await readdir(into)).toEqual(['billing'])
    expect(await readFile(path)).toEqual(program)
    expect((await stat(path)).mode & 0o777).toBe(0o755)
  })

  it('is not unpacked when the file was changed after it was verified', async () => {
    const file = await crafted(ours())
    const bundle = await verifyBundle(file, { trusted })
    const other = Buffer.from(program)
    other[100] = (other[100] ?? 0) ^ 1
    const changed = await crafted([ours()[0]!, { name: 'billing', content: other }])
    await writeFile(file, await readFile(changed))
    const into = join(folder, 'not-unpacked')
    await expect(extractProgram(bundle, into)).rejects.toMatchObject({
      details: { reason: 'hash' },
    })
    expect(await readdir(into)).toEqual([])
  })
})

describe('a bad bundle is refused:', () => {
  it('an unknown publisher, named by its key', async () => {
    await expect(verifyBundle(good.file, { trusted: () => false })).rejects.toMatchObject({
      code: 'PUBLISHER_UNTRUSTED',
      details: { publicKey: Buffer.from(signer.publicKey).toString('hex') },
    })
  })

  it('any byte of the file flipped, where its digest is known', async () => {
    const bytes = await readFile(good.file)
    const file = join(folder, 'flipped.spore')
    for (let at = 0; at < bytes.length; at += 97) {
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ 0x10
      await writeFile(file, flipped)
      const { digest } = await verifyBundle(good.file, { trusted })
      const attempt = verifyBundle(file, { trusted, digest })
      await expect(attempt, `byte ${at}`).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    }
  })

  it('any flipped byte that would change what runs, even without a digest', async () => {
    const bytes = await readFile(good.file)
    const whole = await verifyBundle(good.file, { trusted })
    const file = join(folder, 'flipped-2.spore')
    const passed: number[] = []
    for (let at = 0; at < bytes.length; at += at < bytes.length - 300 ? 13 : 1) {
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ 0xff
      await writeFile(file, flipped)
      const seen = await verifyBundle(file, { trusted }).catch(() => undefined)
      if (!seen) continue
      expect(seen.manifest, `byte ${at}`).toEqual(whole.manifest)
      passed.push(at)
    }
    // Which tool wrote it, permissions, and the sums repeated behind the content: nobody reads them.
    expect(passed.length).toBeLessThan(40)
  })

  it('cut short at any place', async () => {
    const bytes = await readFile(good.file)
    const file = join(folder, 'short.spore')
    for (const length of [0, 1, 21, 22, 200, 3_000, bytes.length - 22, bytes.length - 1]) {
      await writeFile(file, bytes.subarray(0, length))
      const attempt = verifyBundle(file, { trusted })
      await expect(attempt).rejects.toMatchObject({ details: { reason: 'archive' } })
    }
  })

  it('path traversal, absolute paths, folders and names that are no text', async () => {
    const [first] = ours()
    for (const name of ['../evil', '/etc/evil', 'a/b', '..', '..\\evil', 'C:evil', '', 'a\0b']) {
      expect(await faultOf([first!, { name, content: program }]), name).toBe('path')
    }
    expect(await faultOf([first!, { name: Buffer.from([0xff, 0xfe]) }])).toBe('path')
    expect(await faultOf([...ours(), { name: '../evil' }])).toBe('path')
  })

  it('symbolic links, folders and devices', async () => {
    const [first, second] = ours()
    for (const type of [0o120000, 0o040000, 0o020000, 0o060000, 0o010000, 0o140000]) {
      expect(await faultOf([first!, { ...second!, mode: type | 0o755 }])).toBe('link')
    }
  })

  it('a second manifest, and names that differ in case only', async () => {
    const [first, second] = ours()
    expect(await faultOf([first!, second!, first!])).toBe('duplicate')
    expect(await faultOf([first!, first!])).toBe('duplicate')
    expect(await faultOf([first!, { ...first!, name: 'MANIFEST.json' }])).toBe('duplicate')
  })

  it('a third entry, or one of the two missing', async () => {
    const [first, second] = ours()
    expect(await faultOf([...ours(), { name: 'extra' }])).toBe('entries')
    expect(await faultOf([first!])).toBe('entries')
    expect(await faultOf([second!])).toBe('entries')
    expect(await faultOf([])).toBe('entries')
  })

  it('another program name than the manifest names', async () => {
    const [first, second] = ours()
    expect(await faultOf([first!, { ...second!, name: 'other' }])).toBe('command')
  })

  it('encrypted entries and unknown ways of packing', async () => {
    const [first, second] = ours()
    const packed = deflateRawSync(program)
    expect(await faultOf([first!, { ...second!, packed, flags: 1 }])).toBe('encrypted')
    expect(await faultOf([first!, { ...second!, method: 12 }])).toBe('compression')
  })

  it('an archive whose headers contradict each other', async () => {
    const [first, second] = ours()
    expect(await faultOf([first!, { ...second!, localName: 'gnillib' }])).toBe('archive')
  })

  it('another program under a good signature', async () => {
    const [first] = ours()
    const other = Buffer.concat([program, Buffer.from('x')])
    expect(await faultOf([first!, { name: 'billing', content: other }])).toBe('hash')
  })

  it('another manifest under a good signature', async () => {
    const [, second] = ours()
    const text = manifest.toString().replace('"cpu_milli":100', '"cpu_milli":101')
    expect(await faultOf([{ name: 'manifest.json', content: Buffer.from(text) }, second!])).toBe(
      'signature',
    )
  })

  it('a manifest of a megabyte', async () => {
    const [, second] = ours()
    const content = Buffer.alloc(1_000_000, ' ')
    expect(await faultOf([{ name: 'manifest.json', content }, second!])).toBe('bomb')
    const packed = deflateRawSync(content)
    const lie = { name: 'manifest.json', content: manifest, packed }
    expect(await faultOf([lie, second!])).toBe('archive')
  })

  it('a megabyte that unpacks to gigabytes, whether it says so or lies', async () => {
    const [first] = ours()
    // A GiB of zeros, the most that deflate can put into a megabyte; made without holding it.
    const packed = await deflatedZeros(1024 * 1024 * 1024)
    expect(packed.length).toBeLessThan(1_100_000)
    const bomb = (sizeClaimed: number) => [first!, { name: 'billing', packed, sizeClaimed }]
    const before = process.memoryUsage().rss
    expect(await faultOf(bomb(10 * 1024 ** 3 - 2 ** 33))).toBe('bomb')
    expect(await faultOf(bomb(400 * 1024 ** 2))).toBe('bomb')
    expect(await faultOf(bomb(1_000_000))).toBe('archive')
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000)
  })
})

/** Deflate streams can be joined at a full flush: one block of zeros, repeated. */
async function deflatedZeros(bytes: number): Promise<Buffer> {
  const { constants } = await import('node:zlib')
  const block = 16 * 1024 * 1024
  const one = deflateRawSync(Buffer.alloc(block), {
    level: 9,
    finishFlush: constants.Z_FULL_FLUSH,
  })
  const last = deflateRawSync(Buffer.alloc(0))
  return Buffer.concat([...Array<Buffer>(bytes / block).fill(one), last])
}
