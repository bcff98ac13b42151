import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../../base/random/index.ts'
import { storedForm, type Workload } from '../../spec/index.ts'
import { linesUntil, until } from '../runner.suite.ts'
import { type Bench, openBench, requestFor } from './testing/bench.ts'

const TICKS = '#!/bin/sh\ni=0; while true; do echo tick $i; i=$((i+1)); sleep 0.05; done\n'

const root = process.getuid?.() === 0

let bench: Bench
let workload: Workload
beforeEach(async () => {
  bench = await openBench()
  workload = await bench.bundles.workload('ticks', TICKS)
})
afterEach(() => bench.close())

/** Starts a node that starts an instance; resolves with it once it has said `word`. */
async function doomedNode(id: string, word: 'starting' | 'running') {
  const script = join(import.meta.dirname, 'testing/doomed-node.ts')
  const file = bench.bundles.fileOf(workload)
  const json = JSON.stringify(storedForm(workload))
  const args = [script, bench.node, bench.folder, bench.sharedFolder, id, json, file]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      if (String(chunk).includes(word)) resolve()
    })
  })
  return {
    async kill() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

/** What bears this node's mark, whatever any runner says. */
async function markedProcesses(): Promise<number> {
  let count = 0
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
    if (environment.includes(`MYCELIUM_NODE=${bench.node}`)) count++
  }
  return count
}

describe.skipIf(process.platform !== 'linux')('after kill -9 of the node [Linux only]', () => {
  it('a program goes on, writes its log, and is found by the next start', async () => {
    const node = await doomedNode('ticks-1-aaa', 'running')
    await node.kill()
    const log = join(bench.folder, 'ticks-1-aaa', 'stdout.log')
    const before = (await readFile(log)).length
    await until(async () => (await readFile(log)).length > before)

    const runner = bench.runner()
    await runner.start()
    expect(await runner.list()).toEqual([
      expect.objectContaining({ id: 'ticks-1-aaa', index: 1, generation: 2, state: 'running' }),
    ])
    const seen = await linesUntil(runner, 'ticks-1-aaa', 'tick 1')
    expect(seen.slice(0, 2)).toEqual(['tick 0', 'tick 1'])
    await runner.end('ticks-1-aaa')
    expect(await markedProcesses()).toBe(0)
  })

  it('the end of a program that was found again is noticed', async () => {
    const node = await doomedNode('ticks-1-bbb', 'running')
    await node.kill()
    const runner = bench.runner()
    const exits: string[] = []
    runner.onExit((id) => exits.push(id))
    await runner.start()
    const record = JSON.parse(
      await readFile(join(bench.folder, 'ticks-1-bbb', 'record.json'), 'utf8'),
    )
    process.kill(record.process.pid, 'SIGKILL')
    await until(() => exits.includes('ticks-1-bbb'))
    expect(await runner.list()).toEqual([expect.objectContaining({ state: 'exited' })])
  })

  it('how a program ended that nobody saw end is known', async () => {
    const script = `#!/bin/sh\ntrap 'exit 7' TERM; echo up; while true; do sleep 0.02; done\n`
    const request = requestFor(await bench.bundles.workload('brief', script))
    const [before, after] = [bench.runner(), bench.runner()]
    await before.start()
    await before.run(request)
    await linesUntil(before, request.id, 'up')
    const { process: program } = await bench.recordOf(request.id)
    await before.stop()
    process.kill(-program.pid, 'SIGTERM')
    await until(() => !existsSync(`/proc/${program.pid}`))
    await after.start()
    expect(await after.list()).toEqual([
      expect.objectContaining({ id: request.id, state: 'exited', exitCode: 7 }),
    ])
  })

  it.skipIf(!root)(
    '[root only] a program whose record was lost is listed all the same, and can be ended',
    async () => {
      const node = await doomedNode('ticks-1-ccc', 'running')
      await node.kill()
      await rm(join(bench.folder, 'ticks-1-ccc'), { recursive: true })
      const runner = bench.runner()
      await runner.start()
      expect(await runner.list()).toEqual([
        expect.objectContaining({ id: 'ticks-1-ccc', workload: 'ticks', index: 1, generation: 2 }),
      ])
      await runner.end('ticks-1-ccc', { graceMs: 100 })
      expect(await markedProcesses()).toBe(0)
    },
  )

  it('nothing runs that the list does not show, wherever the start was cut off', async () => {
    const random = createSeededRandom(20)
    for (let attempt = 0; attempt < 5; attempt++) {
      const id = `ticks-1-x${attempt}`
      const node = await doomedNode(id, 'starting')
      await new Promise((resolve) => setTimeout(resolve, random.int(60)))
      await node.kill()

      const runner = bench.runner()
      await runner.start()
      const running = (await runner.list()).filter(({ state }) => state === 'running')
      const marked = await markedProcesses()
      expect(marked > 0, `attempt ${attempt}`).toBe(running.length > 0)
      for (const each of await runner.list()) await runner.end(each.id, { graceMs: 50 })
      expect(await markedProcesses(), `attempt ${attempt}`).toBe(0)
      expect(await bench.leftovers(), `attempt ${attempt}`).toEqual([])
      await runner.stop()
    }
  }, 60_000)
})
