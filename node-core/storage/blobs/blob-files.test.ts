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

it('passes over what lies among its folders and is none of them', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'mycelium-blob-files-'))
  try {
    const name = 'ab'.repeat(32)
    await mkdir(path.join(folder, 'sha256', 'ab'), { recursive: true })
    await mkdir(path.join(folder, 'layers', 'not-one'), { recursive: true })
    for (const file of ['.DS_Store', 'cd', `ab/${name}`, 'ab/.DS_Store']) {
      await writeFile(path.join(folder, 'sha256', file), 'x')
    }
    const found = await createBlobFiles(folder).prepare()
    expect(found).toMatchObject([{ digest: `sha256:${name}`, sizeBytes: 1, kind: 'bundle' }])
  } finally {
    await rm(folder, { recursive: true })
  }
})
