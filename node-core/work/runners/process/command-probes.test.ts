/** A program that is asked by commands: in their time, without leftovers, and not where none can run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pidsIn } from './cgroups.ts'
import { refuseProbes } from './command-probes.ts'
import type { ProcessRunner } from './index.ts'
import { createProcessTable } from './process-table.ts'
import { type Bench, openBench, requestFor } from './testing/bench.ts'

const root = process.platform === 'linux' && process.getuid?.() === 0

describe.skipIf(!root)('a program that is asked by a command [root only]', () => {
  let bench: Bench
  let runner: ProcessRunner
  let id: string
  let cgroups: string[]

  beforeAll(async () => {
    bench = await openBench()
    runner = bench.runner()
    await runner.start()
    const probes = { live: { kind: 'command', command: ['/bin/true'] } }
    const request = requestFor(
      await bench.bundles.workload('asked', '#!/bin/sh\nsleep 1000', { probes } as object),
    )
    id = request.id
    await runner.run(request)
    cgroups = (await bench.recordOf(id)).cgroups
  }, 30_000)
  afterAll(() => bench.close())

  const ask = (command: string, signal?: AbortSignal) => {
    const asked = { part: 'asked', command: ['/bin/sh', '-c', command] }
    return runner.exec(id, { ...asked, ...(signal && { signal }) })
  }
  const sleeping = async (seconds: number): Promise<number> => {
    const table = createProcessTable(process.platform)
    const words = await Promise.all((await pidsIn(cgroups)).map((pid) => table.words(pid)))
    return words.filter((one) => one.join(' ') === `sleep ${seconds}`).length
  }

  it('is told how it ended, whatever it writes', async () => {
    expect(await ask('exit 0')).toBe(0)
    expect(await ask('head -c 5000000 /dev/zero; exit 3')).toBe(3)
  })

  it('loses what such a command left running, and nothing of its own', async () => {
    expect(await ask('sleep 2000 & exit 0')).toBe(0)
    expect([await sleeping(2000), await sleeping(1000)]).toEqual([0, 1])
  })

  it('is rid of a command that does not end, once its time is over', async () => {
    const over = new AbortController()
    const asked = ask('trap "" TERM; sleep 3000 & sleep 3000', over.signal)
    while ((await sleeping(3000)) < 2) await new Promise((resolve) => setTimeout(resolve, 20))
    over.abort()
    expect(await asked).toBe(137)
    expect([await sleeping(3000), await sleeping(1000)]).toEqual([0, 1])
    expect(await ask('sleep 3000', AbortSignal.abort())).toBeGreaterThan(128)
  })
})

describe('a probe that runs a command', () => {
  const part = { probes: { ready: { kind: 'command', command: ['id'], periodMs: 1 } } } as never
  const refused = { code: 'NOT_SUPPORTED', details: { reason: 'probes' } }

  it('is refused where nothing would hold the command, and other probes are not', async () => {
    const open = { setpriv: '/usr/bin/setpriv', shelter: undefined }
    await expect(refuseProbes(part, open)).rejects.toMatchObject(refused)
    await refuseProbes({ probes: {} }, open)
    const http = { kind: 'http', path: '/', port: 80 }
    await refuseProbes({ probes: { live: http } } as never, open)
  })
})
