import { describe, expect, it } from 'vitest'
import { makeWorkload } from '../../testing/shapes.ts'
import {
  contentOf,
  FILE_BYTES_MAX,
  fileFieldOf,
  filesChange,
  filesFrom,
  filesOf,
  newFile,
  sizeOf,
} from './files.ts'

const plain = makeWorkload({ name: 'web' })
const bytes = (...values: number[]) => Uint8Array.from(values)

/** A workload whose only part has these files. */
function withFiles(files: { path: string; sizeBytes: number; mode: string }[]) {
  return { ...plain, parts: plain.parts.map((part) => ({ ...part, files })) }
}

describe('files as entered', () => {
  it('keep their rows apart, whichever of them go', () => {
    const first = newFile([])
    const second = newFile([first])
    expect(second.key).not.toBe(first.key)
    expect(newFile([second]).key).not.toBe(second.key)
  })

  it('are asked for without the rows that nobody filled, and without what is usual', () => {
    const files = [
      newFile([], { path: ' /etc/app.ini ', content: 'a=1\n' }),
      newFile([]),
      newFile([], { path: '/bin/run', content: 'AP8=', encoding: 'base64', mode: '0555' }),
    ]
    expect(filesOf({ files })).toEqual([
      { path: '/etc/app.ini', content: 'a=1\n' },
      { path: '/bin/run', content: 'AP8=', encoding: 'base64', mode: '0555' },
    ])
  })

  it('take bytes as text only where they are that', () => {
    expect(contentOf(new TextEncoder().encode('grüße\n'))).toEqual({ content: 'grüße\n' })
    expect(contentOf(bytes(0xef, 0xbb, 0xbf, 0x61))).toEqual({ content: '\ufeffa' })
    expect(contentOf(bytes(0, 0xff))).toEqual({ content: 'AP8=', encoding: 'base64' })
    const large = new Uint8Array(FILE_BYTES_MAX).fill(0xff)
    expect(sizeOf(contentOf(large))).toBe(FILE_BYTES_MAX)
    expect(sizeOf(contentOf(new TextEncoder().encode('ü')))).toBe(2)
  })

  it('stay as they are until they are given anew, and then all of them', () => {
    const had = filesFrom(withFiles([{ path: '/etc/a', sizeBytes: 3, mode: '0444' }]))
    expect(filesChange(had, had)).toEqual({})
    expect(filesChange(had, { files: [newFile([])] })).toEqual({ files: [] })
    const given = { files: [newFile([], { path: '/etc/b', content: 'b' })] }
    expect(filesChange(had, given)).toEqual({ files: [{ path: '/etc/b', content: 'b' }] })
  })

  it('ask for no change where there are none and none was filled', () => {
    const none = filesFrom(plain)
    expect(filesChange(none, { files: [newFile([])] })).toEqual({})
    expect(filesChange(filesFrom(withFiles([])), none)).toEqual({})
  })

  it.each([
    ['containers.0.files.2.path', 'files.2.path'],
    ['files.0.content', 'files.0.content'],
    ['files.1.encoding', 'files'],
    ['containers.0.files', 'files'],
    ['profiles.0.path', undefined],
  ])('have what is said of %s at %s', (path, field) => {
    expect(fileFieldOf(path)).toBe(field)
  })
})
