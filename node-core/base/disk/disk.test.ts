import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createSeededRandom } from '../random/index.ts'
import { diskSuite } from './disk.suite.ts'
import { createFileDisk, createSimDisk } from './index.ts'

const folders: string[] = []
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mycelium-disk-'))
  folders.push(folder)
  return folder
}
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

/** A disk that is really full needs a small file system of its own, and that needs root. */
const canMount = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0

const bytes = (content: string): Uint8Array => new Uint8Array(Buffer.from(content))
const code = (name: string) => expect.objectContaining({ code: name })

diskSuite('a folder', async () => {
  const root = join(await newFolder(), 'home')
  return { disk: createFileDisk(root), reopen: async () => createFileDisk(root) }
})

diskSuite('the simulated disk', async () => {
  const disk = createSimDisk({ random: createSeededRandom(1) })
  const reopen = async () => {
    disk.crash()
    return disk
  }
  return { disk, reopen }
})

describe('a folder as a disk', () => {
  it('keeps files private unless told otherwise', async () => {
    const root = await newFolder()
    const disk = createFileDisk(root)
    await disk.writeAtomic('identity/node.key', bytes('secret'), { mode: 0o600 })
    await disk.writeAtomic('identity/node.pub', bytes('public'), { mode: 0o644 })
    await disk.writeAtomic('plain', bytes('x'))
    const modeOf = async (path: string) => (await stat(join(root, path))).mode & 0o777
    expect(await modeOf('identity/node.key')).toBe(0o600)
    expect(await modeOf('identity/node.pub')).toBe(0o644)
    expect(await modeOf('plain')).toBe(0o600)
    expect(await modeOf('identity')).toBe(0o700)
  })

  it('clears away what a crash left half-written', async () => {
    const root = await newFolder()
    const disk = createFileDisk(root)
    await disk.writeAtomic('kept', bytes('x'))
    await writeFile(join(root, '.tmp', '1-0'), 'torn')
    expect(await disk.list('')).toEqual(['kept'])
    await disk.clean()
    await disk.clean()
    expect(await readdir(root)).toEqual(['kept'])
    await disk.writeAtomic('again', bytes('y'))
    expect(await disk.list('')).toEqual(['again', 'kept'])
  })

  it('says that a path is taken by a folder, or a folder by a file', async () => {
    const disk = createFileDisk(await newFolder())
    await disk.writeAtomic('folder/file', bytes('x'))
    await expect(disk.read('folder')).rejects.toEqual(code('DISK_PATH_INVALID'))
    await expect(disk.writeAtomic('folder/file/deeper', bytes('x'))).rejects.toThrow()
  })

  it.skipIf(!canMount)('keeps the old content and leaves no rest when it is full', async () => {
    const root = await newFolder()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', root])
    try {
      const disk = createFileDisk(root)
      await disk.writeAtomic('file', bytes('old'))
      const write = disk.writeAtomic('file', new Uint8Array(1 << 20))
      await expect(write).rejects.toEqual(code('DISK_FULL'))
      expect(Buffer.from((await disk.read('file')) ?? []).toString()).toBe('old')
      expect(await readdir(join(root, '.tmp'))).toEqual([])
    } finally {
      execFileSync('umount', [root])
    }
  })

  it.skipIf(!canMount)('breaks a file whose append found the disk full', async () => {
    const root = await newFolder()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', root])
    try {
      const file = await createFileDisk(root).openAppend('file')
      await file.append(bytes('kept'))
      await file.sync()
      const append = file.append(new Uint8Array(1 << 20))
      await expect(append).rejects.toEqual(code('DISK_FULL'))
      await expect(file.sync()).rejects.toEqual(code('DISK_FILE_BROKEN'))
      await file.close()
      const again = await createFileDisk(root).openAppend('file')
      await again.truncate(4)
      expect(Buffer.from(await again.read(0, 10)).toString()).toBe('kept')
      await again.close()
    } finally {
      execFileSync('umount', [root])
    }
  })

  it.skipIf(!canMount)('says that the system refused, on read-only media', async () => {
    const root = await newFolder()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', root])
    try {
      const write = createFileDisk(root).writeAtomic('folder/file', bytes('x'))
      await expect(write).rejects.toEqual(code('DISK_DENIED'))
    } finally {
      execFileSync('umount', [root])
    }
  })
})

describe('the simulated disk', () => {
  it('keeps old or new, never a mix, when power is lost during a write', async () => {
    const seen = new Set<string>()
    for (let seed = 0; seed < 200; seed++) {
      const random = createSeededRandom(seed)
      const disk = createSimDisk({ random })
      await disk.writeAtomic('file', bytes('old'))
      const writing = disk.writeAtomic('file', bytes('new!')).then(
        () => 'done',
        () => 'failed',
      )
      for (let turns = random.int(6); turns > 0; turns--) await Promise.resolve()
      disk.crash()
      const outcome = await writing
      const content = Buffer.from((await disk.read('file')) ?? []).toString()
      expect(['old', 'new!']).toContain(content)
      if (outcome === 'done') expect(content).toBe('new!')
      seen.add(`${outcome} ${content}`)
    }
    expect(seen).toEqual(new Set(['failed old', 'failed new!', 'done new!']))
  })

  it('is full at its capacity and keeps what it had', async () => {
    const disk = createSimDisk({ capacityBytes: 10 })
    await disk.writeAtomic('a', bytes('12345678'))
    await expect(disk.writeAtomic('b', bytes('123'))).rejects.toEqual(code('DISK_FULL'))
    await disk.writeAtomic('a', bytes('1234567890'))
    disk.setCapacity(undefined)
    await disk.writeAtomic('b', bytes('123'))
    expect(disk.faults.fullDisk).toBe(1)
  })

  it('fails a write whose sync fails, and a crash then shows the old content', async () => {
    const disk = createSimDisk()
    await disk.writeAtomic('file', bytes('old'))
    disk.failSyncs(1)
    await expect(disk.writeAtomic('file', bytes('new'))).rejects.toEqual(code('DISK_FAILED'))
    disk.crash()
    expect(Buffer.from((await disk.read('file')) ?? []).toString()).toBe('old')
  })

  it('leaves what was synced and any part of what was not when power is lost', async () => {
    const seen = new Set<string>()
    for (let seed = 0; seed < 300; seed++) {
      const disk = createSimDisk({ random: createSeededRandom(seed) })
      const file = await disk.openAppend('file')
      await file.append(new Uint8Array(1_000).fill(1))
      await file.sync()
      await file.append(new Uint8Array(1_000).fill(2))
      disk.crash()
      await expect(file.sync()).rejects.toEqual(code('DISK_FAILED'))
      const left = (await disk.read('file')) ?? new Uint8Array()
      expect(left.subarray(0, 1_000).every((byte) => byte === 1)).toBe(true)
      const tail = [...left.subarray(1_000)]
      if (tail.length === 0) seen.add('nothing')
      else if (tail.every((byte) => byte === 2)) seen.add(tail.length < 1_000 ? 'torn' : 'all')
      else seen.add(tail.every((byte) => byte === 0) ? 'only the size' : 'with a hole')
    }
    expect(seen).toEqual(new Set(['nothing', 'torn', 'all', 'only the size', 'with a hole']))
  })

  it('shows what a failed sync did not keep, and keeps it only when it is written anew', async () => {
    const disk = createSimDisk()
    const file = await disk.openAppend('file')
    await file.append(bytes('one'))
    await file.sync()
    await file.append(bytes('two'))
    disk.failSyncs(1)
    await expect(file.sync()).rejects.toEqual(code('DISK_FAILED'))
    await expect(file.sync()).rejects.toEqual(code('DISK_FILE_BROKEN'))
    await expect(file.append(bytes('x'))).rejects.toEqual(code('DISK_FILE_BROKEN'))

    // The next sync writes the file's size and believes that the bytes are there.
    const believing = await disk.openAppend('file')
    await believing.sync()
    expect(Buffer.from(await believing.read(0, 10)).toString()).toBe('onetwo')
    disk.crash()
    expect(Buffer.from((await disk.read('file')) ?? []).toString()).toBe('one\0\0\0')

    const careful = await disk.openAppend('other')
    await careful.append(bytes('onetwo'))
    disk.failSyncs(1)
    await expect(careful.sync()).rejects.toEqual(code('DISK_FAILED'))
    await (await disk.openAppend('other')).refresh(0)
    disk.crash()
    expect(Buffer.from((await disk.read('other')) ?? []).toString()).toBe('onetwo')
  })

  it('takes of an append what fits, and says that it is full', async () => {
    const disk = createSimDisk({ capacityBytes: 10 })
    const file = await disk.openAppend('file')
    await file.append(bytes('12345678'))
    await expect(file.append(bytes('abcd'))).rejects.toEqual(code('DISK_FULL'))
    expect(await disk.size('file')).toBe(10)
    expect(file.sizeBytes).toBe(8)
    await expect(file.sync()).rejects.toEqual(code('DISK_FILE_BROKEN'))
  })
})
