import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSimClock } from './base/clock/index.ts'
import { openStateDatabase } from './state-database.ts'

test('a damaged file is named, with what to do', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'mycelium-state-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  const file = path.join(root, 'state.db')
  await writeFile(file, 'this is no database'.repeat(100))
  const opening = openStateDatabase(root, createSimClock())
  await expect(opening).rejects.toMatchObject({
    code: 'DATABASE_CORRUPT',
    message: expect.stringContaining(file),
  })
  await expect(opening).rejects.toThrow('mycelium leave --offline')
})
