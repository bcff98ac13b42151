import { describe, expect, it } from 'vitest'
import type { Disk } from './index.ts'

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

    it('does not hand out its own memory', async () => {
      const { disk } = await make()
      const mine = bytes('mine')
      await disk.writeAtomic('file', mine)
      mine[0] = 0
      const read = await disk.read('file')
      if (read) read[1] = 0
      expect(text(await disk.read('file'))).toBe('mine')
    })

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
      if (path !== '') await expect(disk.list(path)).rejects.toEqual(refusal)
    })
  })
}
