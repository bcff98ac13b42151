import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { createBlobFiles } from './blob-files.ts'

it('begins with no list of a blob of which there is nothing', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'mycelium-blob-files-'))
  try {
    const partials = path.join(folder, 'partial')
    await mkdir(partials)
    const [lone, begun] = ['a'.repeat(64), 'b'.repeat(64)]
    for (const name of [`${lone}.pieces`, begun, `${begun}.pieces`]) {
      await writeFile(path.join(partials, name), 'x')
    }
    await createBlobFiles(folder).prepare()
    expect((await readdir(partials)).sort()).toEqual([begun, `${begun}.pieces`])
  } finally {
    await rm(folder, { recursive: true })
  }
})
