/** The log over a real folder: the same, with the system's own files. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { createFileDisk } from '../../base/disk/index.ts'
import { bytes, logOver, recordsOn } from './log.fixture.ts'

const folders: string[] = []
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

it('keeps a log in a real folder through appends, a rewrite and a torn end', async () => {
  const root = await mkdtemp(join(tmpdir(), 'mycelium-log-'))
  folders.push(root)
  const disk = createFileDisk(root)
  const log = logOver(disk)
  await log.open()
  const wanted = Array.from({ length: 200 }, (_, at) => `${at}`)
  await Promise.all(wanted.map((record) => log.append([bytes(record)], { sync: true })))
  const rewrite = log.rewrite([bytes('snapshot')])
  await log.append([bytes('after')], { sync: true })
  await rewrite
  await log.append([bytes('last')], { sync: true })
  await log.close()
  expect(await disk.list('log')).toEqual(['current', 'segment-2'])
  expect(await recordsOn(disk)).toEqual(['snapshot', 'after', 'last'])

  const file = await disk.openAppend('log/segment-2')
  await file.append(new Uint8Array(100))
  await file.close()
  const next = logOver(disk, 8)
  expect((await next.open()).cut).toEqual({ bytes: 100 })
  await next.append([bytes('more')], { sync: true })
  await next.close()
  expect(await recordsOn(disk)).toEqual(['snapshot', 'after', 'last', 'more'])
})
