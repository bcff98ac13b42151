import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { createSystemClock } from '../../../base/clock/index.ts'
import { createMemoryLogger, type LogLine } from '../../../base/log/index.ts'
import type { Digest } from '../../../storage/blobs/index.ts'
import type { VerifiedBundle } from '../../bundles/index.ts'
import { flatWorkload } from '../../spec/testing/flat.ts'
import { createGpuLeases } from '../gpus/index.ts'
import type { Reach } from './reach.ts'
import type { Reaper } from './reaper.ts'
import { createStarter, type StarterDeps } from './starter.ts'
import type { Surroundings } from './surroundings.ts'

let folder = ''
afterEach(() => rm(folder, { recursive: true, force: true }))

it('takes back what a start left, whatever of it fails, and says why it did not start', async () => {
  folder = await mkdtemp(join(tmpdir(), 'mycelium-starter-'))
  const refuses = async (): Promise<never> => {
    throw new Error('the rules cannot be written')
  }
  const begin = async (): Promise<never> => {
    throw new Error('first')
  }
  const reaper: Partial<Reaper> = { end: refuses }
  const reach: Partial<Reach> = { plan: () => ({}), begin, end: refuses }
  const log: LogLine[] = []
  const starter = createStarter({
    bundles: { obtain: async () => ({ manifest: { security: {} } }) as VerifiedBundle },
    clock: createSystemClock(),
    logger: createMemoryLogger(log),
    folder: join(folder, 'instances'),
    sharedFolder: folder,
    reaper: reaper as Reaper,
    reach: reach as Reach,
    gpus: createGpuLeases([]),
  } as Partial<StarterDeps> as StarterDeps)
  const around = {
    ...{ ownUsers: false, workRoot: join(folder, 'work'), shelter: async () => ({}) },
    cgroups: { foldersOf: () => [], create: async () => {} },
  } as unknown as Surroundings
  const source = { bundle: 'a'.repeat(64) as Digest }
  const request = {
    ...{ id: 'web-0-a', workload: flatWorkload({ name: 'web', source }), index: 0, generation: 1 },
    ...{ signal: new AbortController().signal, onProgress: () => {} },
  }
  await expect(starter.start(request, around)).rejects.toThrow('first')
  expect(await readdir(join(folder, 'instances'))).toEqual([])
  expect(log.filter(({ level }) => level === 'error')).toHaveLength(2)
})
