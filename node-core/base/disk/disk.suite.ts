import { afterEach, describe, expect, it } from 'vitest'
import type { AppendFile, Disk } from './index.ts'

const text = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes).toString('utf8')
const bytes = (content: string): Uint8Array => new Uint8Array(Buffer.from(content))

/** What any disk must do. `make` gives an empty one and a way to open the same content again. */
export function diskSuite(
  name: string,
  make: () => Promise<{ disk: Disk; reopen: () => Promise<Disk> }>,
): void {
  describe(`${name} as a disk`, () => {
    it('reads back what was written, also after being opened again', async () => {
      const { disk, reopen } = await make()
      await disk.writeAtomic('identity/node.key', bytes('one'))
      await disk.writeAtomic('identity/node.key', bytes('two'))
      expect(text(await disk.read('identity/node.key'))).toBe('two')
      expect(text(await (await reopen()).read('identity/node.key'))).toBe('two')
      expect(await disk.size('identity/node.key')).toBe(3)
    })

    it('has no file before it was written', async () => {
      const { disk } = await make()
      expect(await disk.read('a')).toBeUndefined()
      expect(await disk.read('a/b/c')).toBeUndefined()
      expect(await disk.size('a')).toBeUndefined()
      expect(await disk.list('a')).toEqual([])
      expect(await disk.list('')).toEqual([])
    })

    it('keeps an empty file apart from none', async () => {
      const { disk } = await make()
      await disk.writeAtomic('empty', bytes(''))
      expect(await disk.read('empty')).toEqual(bytes(''))
      expect(await disk.size('empty')).toBe(0)
    })

    it('lists files and folders by name, in order, and nothing of its own', async () => {
      const { disk } = await make()
      for (const path of ['b', 'a/z', 'a/y/x', 'c']) await disk.writeAtomic(path, bytes(path))
      expect(await disk.list('')).toEqual(['a', 'b', 'c'])
      expect(await disk.list('a')).toEqual(['y', 'z'])
      expect(await disk.size('a')).toBeUndefined()
    })

    it('removes a file, a folder, and what is not there', async () => {
      const { disk, reopen } = await make()
      for (const path of ['a/b', 'a/c', 'ab']) await disk.writeAtomic(path, bytes(path))
      await disk.remove('a')
      await disk.remove('none')
      await disk.remove('none/at/all')
      expect(await (await reopen()).list('')).toEqual(['ab'])
    })

    it('keeps one whole content when writes race', async () => {
      const { disk } = await make()
      const contents = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(10_000))
      await Promise.all(contents.map((content) => disk.writeAtomic('raced', bytes(content))))
      expect(contents).toContain(text(await disk.read('raced')))
    })

    it('tells a file from its copy, and from what takes its place', async () => {
      const { disk, reopen } = await make()
      expect(await disk.birthmark('anchor')).toBeUndefined()
      await disk.writeAtomic('anchor', bytes('x'))
      const mark = await disk.birthmark('anchor')
      expect(await disk.birthmark('anchor')).toBe(mark)
      expect(await (await reopen()).birthmark('anchor')).toBe(mark)
      await disk.writeAtomic('copy', bytes('x'))
      expect(await disk.birthmark('copy')).not.toBe(mark)
      await disk.writeAtomic('anchor', bytes('x'))
      expect(await disk.birthmark('anchor')).not.toBe(mark)
    })

    it('does not hand out its own memory', async () => {
      const { disk } = await make()
      const mine = bytes('mine')
      await disk.writeAtomic('file', mine)
      mine[0] = 0
      const read = await disk.read('file')
      if (read) read[1] = 0
      expect(text(await disk.read('file'))).toBe('mine')
    })

    appendCases(make)

    it.each([
      '',
      '..',
      '../x',
      'a/../x',
      '/etc/passwd',
      'a//b',
      'a/',
      './a',
      'C:\\x',
      'a\\b',
      'a\0b',
      '.tmp',
      '.tmp/x',
      'x'.repeat(300),
    ])('refuses the path %j', async (path) => {
      const { disk } = await make()
      const refusal = expect.objectContaining({ code: 'DISK_PATH_INVALID' })
      await expect(disk.read(path)).rejects.toEqual(refusal)
      await expect(disk.writeAtomic(path, bytes('x'))).rejects.toEqual(refusal)
      await expect(disk.remove(path)).rejects.toEqual(refusal)
      await expect(disk.size(path)).rejects.toEqual(refusal)
      await expect(disk.openAppend(path)).rejects.toEqual(refusal)
      if (path !== '') await expect(disk.list(path)).rejects.toEqual(refusal)
    })
  })
}

function appendCases(make: () => Promise<{ disk: Disk; reopen: () => Promise<Disk> }>): void {
  const files: AppendFile[] = []
  afterEach(async () => {
    for (const file of files.splice(0)) await file.close()
  })
  async function append(disk: Disk, path: string): Promise<AppendFile> {
    const file = await disk.openAppend(path)
    files.push(file)
    return file
  }

  it('keeps what was appended and synced, and goes on at its end when opened again', async () => {
    const { disk, reopen } = await make()
    const file = await append(disk, 'log/one')
    expect(file.sizeBytes).toBe(0)
    await file.append(bytes('abc'))
    await file.append(bytes('de'))
    await file.sync()
    const again = await append(await reopen(), 'log/one')
    expect(again.sizeBytes).toBe(5)
    await again.append(bytes('f'))
    expect(text(await again.read(0, 100))).toBe('abcdef')
    expect(text(await again.read(1, 2))).toBe('bc')
    expect(await again.read(6, 10)).toHaveLength(0)
    await again.close()
    expect(await disk.size('log/one')).toBe(6)
    expect(text(await disk.read('log/one'))).toBe('abcdef')
  })

  it('keeps what was appended and synced in one, with what was appended before', async () => {
    const { disk, reopen } = await make()
    const file = await append(disk, 'log/one')
    await file.appendSynced(bytes('abc'))
    await file.append(bytes('de'))
    await file.appendSynced(bytes('f'))
    await file.appendSynced(bytes(''))
    await file.appendSynced(bytes('gh'))
    expect(file.sizeBytes).toBe(8)
    expect(text(await file.read(0, 100))).toBe('abcdefgh')
    const again = await append(await reopen(), 'log/one')
    expect(text(await again.read(0, 100))).toBe('abcdefgh')
  })

  it('has a file from when it was opened, also after power loss', async () => {
    const { disk, reopen } = await make()
    await append(disk, 'log/deep/one')
    expect(await (await reopen()).list('log/deep')).toEqual(['one'])
  })

  it('appends in the order of the calls when none of them is waited for', async () => {
    const { disk } = await make()
    const file = await append(disk, 'file')
    const parts = Array.from({ length: 50 }, (_, at) => `${at},`)
    await Promise.all(parts.map((part) => file.append(bytes(part))))
    expect(text(await file.read(0, 1_000))).toBe(parts.join(''))
    expect(file.sizeBytes).toBe(parts.join('').length)
  })

  it('cuts a file for good', async () => {
    const { disk, reopen } = await make()
    const file = await append(disk, 'file')
    await file.append(bytes('abcdef'))
    await file.sync()
    await file.truncate(2)
    expect(file.sizeBytes).toBe(2)
    const again = await append(await reopen(), 'file')
    await again.append(bytes('x'))
    expect(text(await again.read(0, 10))).toBe('abx')
  })

  it('writes a part again without changing it, and that is synced', async () => {
    const { disk, reopen } = await make()
    const file = await append(disk, 'file')
    const content = new Uint8Array(3_000_000).map((_, at) => at % 251)
    await file.append(content)
    await file.refresh(0)
    const back = await (await reopen()).read('file')
    expect(back && Buffer.compare(back, content)).toBe(0)
  })

  it('takes no more once it is closed', async () => {
    const { disk } = await make()
    const file = await append(disk, 'file')
    const last = file.append(bytes('x'))
    await Promise.all([file.close(), file.close(), last])
    const refusal = expect.objectContaining({ code: 'DISK_FILE_BROKEN' })
    await expect(file.append(bytes('y'))).rejects.toEqual(refusal)
    await expect(file.read(0, 1)).rejects.toEqual(refusal)
    expect(text(await disk.read('file'))).toBe('x')
  })

  it('refuses to append to a folder', async () => {
    const { disk } = await make()
    await disk.writeAtomic('folder/file', bytes('x'))
    const refusal = expect.objectContaining({ code: 'DISK_PATH_INVALID' })
    await expect(disk.openAppend('folder')).rejects.toEqual(refusal)
  })

  it('replaces an appended file whole, and removes it', async () => {
    const { disk, reopen } = await make()
    const file = await append(disk, 'file')
    await file.append(bytes('abc'))
    await file.close()
    await disk.writeAtomic('file', bytes('new'))
    expect(text(await (await reopen()).read('file'))).toBe('new')
    await disk.remove('file')
    expect(await (await reopen()).list('')).toEqual([])
  })
}
