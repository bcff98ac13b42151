import { existsSync } from 'node:fs'
import { chown, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, assert, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { OwnerId } from '../../../identity/index.ts'
import { volumeIdOf, type Workload } from '../../spec/index.ts'
import type { StartRequest, StoredVolume } from '../index.ts'
import { linesUntil } from '../runner.suite.ts'
import { createNodeProgramVolumes, type ProcessRunner } from './index.ts'
import { hasLandlock } from './landlock.ts'
import { type Bench, OWNER, openBench, requestFor } from './testing/bench.ts'

const OTHER = 'd'.repeat(64) as OwnerId
const root = process.getuid?.() === 0
const canLandlock = await hasLandlock('/usr/bin/setpriv')
const READS = 'cat /work/data/file 2>/dev/null || echo nothing'

describe.skipIf(process.platform !== 'linux')('volumes of programs [Linux only]', () => {
  let bench: Bench
  let runner: ProcessRunner
  let serial = 0

  beforeAll(async () => {
    bench = await openBench()
    runner = bench.runner()
    await runner.start()
  })
  afterAll(() => bench.close())
  let index = 0
  beforeEach(() => {
    index++
  })

  const workload = (
    script: string,
    { path = '/work/data', readOnly = false, manifest = {} } = {},
  ): Promise<Workload> => {
    const volumes = [{ name: 'data', sizeBytes: 2 ** 30, ifLost: 'wait' as const }]
    const mounts = [{ volume: 'data', path, readOnly }]
    const lasts = `#!/bin/sh\n${script}\necho done; exec sleep 1000\n`
    return bench.bundles.workload('keeper', lasts, { volumes, mounts }, manifest)
  }
  const start = async (made: Workload, more: Partial<StartRequest> = {}, by = runner) => {
    const id = `keeper-${index}-v${process.pid.toString(36)}${serial++}`
    const request = requestFor(made, { id, index, owner: OWNER, ...more })
    await by.run(request)
    return { id, said: await linesUntil(by, id, 'done') }
  }
  const once = async (script: string, more: Partial<StartRequest> = {}, by = runner) => {
    const { id, said } = await start(await workload(script), more, by)
    await by.end(id, { graceMs: 0 })
    return said
  }
  const mine = async (by = runner): Promise<StoredVolume> => {
    const found = (await by.volumes.list()).find((one) => one.index === index)
    assert(found)
    return found
  }
  const placeOf = ({ id }: { id: string }, node = bench.node) =>
    join(bench.volumesFolder, 'garden', node, id)

  it('outlive the instance, also one of another version', async () => {
    await once('echo mine >/work/data/file')
    expect(await once(READS, { generation: 2 })).toContain('mine')
    expect(await bench.leftovers()).toEqual([])
  })

  it('are of one slot, one owner and one node', async () => {
    await once('echo mine >/work/data/file')
    expect(await once(READS, { index: 1_000 + index })).toContain('nothing')
    if (root) expect(await once(READS, { owner: OTHER })).toContain('nothing')
    const foreign = bench.runner(bench.foreignNode)
    await foreign.start()
    expect(await once(READS, {}, foreign)).toContain('nothing')
    await foreign.stop()
  })

  it('are seen by no other program, neither as they are nor where they lie', async () => {
    await once('echo mine >/work/data/file')
    const data = join(placeOf(await mine()), 'data')
    const looks = `ls ${data} 2>&1; grep -c ${index}.data /proc/self/mountinfo`
    const other = await once(looks, { index: 1_000 + index })
    expect(other[0]).toMatch(/No such file/)
    // Its own alone.
    expect(other[1]).toBe('1')
  })

  it('are not written where they are mounted to be read, nor is what lies beside them there', async () => {
    await once('echo mine >/work/data/file')
    const script = `${READS}; touch /work/data/x 2>/dev/null && echo written || echo refused; ls -a /work/data/..`
    const { id, said } = await start(await workload(script, { readOnly: true }))
    expect(said.slice(0, 2)).toEqual(['mine', 'refused'])
    expect(said).not.toContain('volume.json')
    await runner.end(id, { graceMs: 0 })
  })

  it('are written to where all else is only read', async () => {
    const script =
      'touch /work/x 2>/dev/null || echo refused; echo mine >/work/deep/data/file && echo written'
    const manifest = { security: { lsm_profile: '', read_only_fs: true } }
    const made = await workload(script, { path: '/work/deep/data', manifest })
    const { id, said } = await start(made)
    expect(said).toEqual(['refused', 'written', 'done'])
    await runner.end(id, { graceMs: 0 })
    expect(await once(READS)).toContain('mine')
  })

  it.skipIf(!canLandlock)('are written to under Landlock', async () => {
    const manifest = { security: { lsm_profile: 'landlock', read_only_fs: false } }
    const { id, said } = await start(
      await workload('echo a >/work/data/file && echo written', { manifest }),
    )
    expect(said).toContain('written')
    await runner.end(id, { graceMs: 0 })
  })

  it('have one writer', async () => {
    const { id } = await start(await workload(''))
    await expect(start(await workload(''))).rejects.toMatchObject({ code: 'VOLUME_IN_USE' })
    const volume = await mine()
    await expect(runner.volumes.remove(volume.id)).rejects.toMatchObject({ code: 'VOLUME_IN_USE' })
    await runner.end(id, { graceMs: 0 })
    await runner.volumes.remove(volume.id)
  })

  it('have one writer also of those that a node finds again, with or without a record', async () => {
    const { id } = await start(await workload(''))
    await runner.stop()
    if (root) await rm(join(bench.folder, id, 'record.json'))
    await runner.start()
    await expect(start(await workload(''))).rejects.toMatchObject({ code: 'VOLUME_IN_USE' })
    await expect(runner.volumes.remove((await mine()).id)).rejects.toMatchObject({
      code: 'VOLUME_IN_USE',
    })
    await runner.end(id, { graceMs: 0 })
    expect(await once('echo free')).toContain('free')
  })

  it('are listed, counted and removed', async () => {
    await once('head -c 100000 /dev/zero >/work/data/file; mkdir -m 0 /work/data/shut')
    const kept = await mine()
    const named = {
      owner: OWNER,
      workload: 'keeper',
      index,
      volume: 'data',
      kind: 'process' as const,
    }
    expect(kept).toMatchObject({ ...named, id: volumeIdOf(named), sizeBytes: 2 ** 30 })
    expect(kept.createdAtMs).toBeGreaterThan(Date.now() - 600_000)
    const bytes = (await runner.volumes.usage()).get(kept.id) ?? 0
    expect(bytes).toBeGreaterThanOrEqual(100_000)
    expect(bytes).toBeLessThan(200_000)
    await runner.volumes.remove(kept.id)
    await runner.volumes.remove(kept.id)
    expect(existsSync(placeOf(kept))).toBe(false)
    expect((await runner.volumes.list()).map(({ id }) => id)).not.toContain(kept.id)
    expect(await once(READS)).toContain('nothing')
  })

  it('are found of whichever network and node of the home, and removed there', async () => {
    await once('echo left >/work/data/file')
    const whole = createNodeProgramVolumes(bench.volumesFolder)
    const left = (await whole.list()).find((one) => one.index === index)
    assert(left)
    expect(left).toMatchObject({ network: 'garden', node: bench.node })
    expect((await whole.usage()).get(left.engineName)).toBeGreaterThan(0)
    await expect(whole.remove({ engineName: dirname(bench.folder) })).resolves.toBeUndefined()
    expect(existsSync(bench.folder)).toBe(true)
    await whole.remove(left)
    expect((await runner.volumes.list()).map(({ id }) => id)).not.toContain(left.id)
  })

  it.skipIf(!root)(
    'belong to the program, whatever its number was when they were written',
    async () => {
      await once(
        'mkdir /work/data/d; echo mine >/work/data/d/file; ln -s /etc/passwd /work/data/link',
      )
      const data = join(placeOf(await mine()), 'data')
      const first = (await stat(data)).uid
      expect(first).toBeGreaterThan(60_000)
      const again = await start(
        await workload('echo more >>/work/data/d/file; cat /work/data/d/file'),
      )
      expect(again.said.slice(0, 2)).toEqual(['mine', 'more'])
      await runner.end(again.id, { graceMs: 0 })
      // Its number is somebody else's now.
      const taken = join(bench.sharedFolder, bench.node.slice(0, 16), 'somebody')
      await mkdir(taken, { recursive: true })
      await chown(taken, first, first)
      const { id, said } = await start(
        await workload('echo yet >>/work/data/d/file; id -u; stat -c %u /work/data/d/file'),
      )
      expect(said[0]).not.toBe(String(first))
      expect(said[1]).toBe(said[0])
      expect((await stat('/etc/passwd')).uid).toBe(0)
      await runner.end(id, { graceMs: 0 })
      await rm(taken, { recursive: true })
    },
  )

  it('are whole or not there when a node was killed as they were made or removed', async () => {
    await once('echo mine >/work/data/file')
    const volume = await mine()
    const own = dirname(placeOf(volume))
    for (const half of [`.new-${volume.id}`, '.gone-keeper.9.data.x.program']) {
      await mkdir(join(own, half, 'data'), { recursive: true })
      await writeFile(join(own, half, 'data', 'file'), 'half')
    }
    await runner.stop()
    await runner.start()
    expect((await readdir(own)).filter((name) => name.startsWith('.'))).toEqual([])
    await rm(join(placeOf(volume), 'volume.json'))
    expect(await once(READS)).toContain('mine')
    expect(await mine()).toMatchObject({ id: volume.id })
  })

  it('are nobody’s whose owner is not said', async () => {
    const { owner: _, ...request } = requestFor(await workload(''), { index })
    await expect(runner.run(request)).rejects.toMatchObject({ code: 'START_FAILED' })
    expect((await bench.leftovers()).filter((name) => name === request.id)).toEqual([])
  })
})
