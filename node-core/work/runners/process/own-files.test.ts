/** Files of a manifest where there is no shelter to mount them in: the program's folder holds them. */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeInto } from './own-files.ts'
import { makeWorkFolder } from './work-folder.ts'

describe('files of a program without a shelter', () => {
  let root: string
  let workFolder: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'mycelium-own-files-'))
    workFolder = join(root, 'work')
    await makeWorkFolder(workFolder, undefined)
  })
  afterEach(() => rm(root, { recursive: true }))

  it('lie in its folder with their content and mode', async () => {
    await writeInto({ workFolder }, [
      { path: '/work/app.ini', content: 'a = ä', mode: 0o400 },
      { path: '/work/a/b/blob', content: 'AP8=', encoding: 'base64', mode: 0o555 },
      { path: '/work/a/c', content: '', mode: 0o444 },
    ])
    expect(await readFile(join(workFolder, 'app.ini'), 'utf8')).toBe('a = ä')
    expect([...(await readFile(join(workFolder, 'a/b/blob')))]).toEqual([0, 255])
    const modes = ['app.ini', 'a/b/blob', 'a/c', 'a/b'].map(async (each) => {
      return (await stat(join(workFolder, each))).mode & 0o777
    })
    expect(await Promise.all(modes)).toEqual([0o400, 0o555, 0o444, 0o700])
  })

  it('take nobody’s place', async () => {
    const file = { path: '/work/app', content: '', mode: 0o444 }
    await writeInto({ workFolder }, [file])
    await expect(writeInto({ workFolder }, [file])).rejects.toMatchObject({ code: 'EEXIST' })
  })
})
