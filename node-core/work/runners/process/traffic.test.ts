/** What programs send and receive, as the kernel counts it. */
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { neighboursMissing } from '../../shield/testing/neighbours.ts'
import { linesUntil, until } from '../runner.suite.ts'
import type { ProcessRunner } from './index.ts'
import { type Bench, openBench, requestFor, WEB } from './testing/bench.ts'

const missing = neighboursMissing()
const ANSWER_BYTES = 400_000
const ASKED_BYTES = 1_000_000
/**
 * For heads of packets, and for what says that those of the other direction came: on a busy machine, where
 * packets are small and many, a sixth. What is counted twice has more.
 */
const ROOM = 1.5

const SERVE = `#!/usr/bin/env node
const server = require('node:http').createServer((request, response) => {
  request.resume().on('end', () => response.end(Buffer.alloc(${ANSWER_BYTES})))
})
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('done'))
`

describe.skipIf(missing)(`programs’ traffic${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  let bench: Bench
  let runner: ProcessRunner
  let serial = 0

  beforeAll(async () => {
    bench = await openBench()
    runner = bench.runner()
    await runner.start()
  })
  afterAll(() => bench?.close(), 30_000)

  async function start() {
    const workload = await bench.bundles.workload(`serve${serial++}`, SERVE, { ports: WEB })
    const request = requestFor(workload)
    const { ports } = await runner.run(request)
    await linesUntil(runner, request.id, 'done')
    await until(async () => (await used(request.id))?.sentBytes !== undefined)
    return { id: request.id, url: `http://127.0.0.1:${ports['8080']}/` }
  }
  const used = async (id: string) => (await runner.usage()).find((one) => one.id === id)
  const ask = async (url: string): Promise<void> => {
    const answer = await fetch(url, { method: 'POST', body: Buffer.alloc(ASKED_BYTES) })
    expect((await answer.arrayBuffer()).byteLength).toBe(ANSWER_BYTES)
  }
  const rules = (): string => execFileSync('iptables', ['-w', '-S']).toString()

  it('is told of each, in both directions, and of nobody else’s', async () => {
    const [busy, idle] = [await start(), await start()]
    await ask(busy.url)
    const { sentBytes = 0, receivedBytes = 0 } = (await used(busy.id)) ?? {}
    expect(sentBytes).toBeGreaterThanOrEqual(ANSWER_BYTES)
    expect(sentBytes).toBeLessThan(ANSWER_BYTES * ROOM)
    expect(receivedBytes).toBeGreaterThanOrEqual(ASKED_BYTES)
    expect(receivedBytes).toBeLessThan(ASKED_BYTES * ROOM)
    expect(await used(idle.id)).toMatchObject({ sentBytes: 0, receivedBytes: 0 })
    for (const { id } of [busy, idle]) await runner.end(id, { graceMs: 0 })
  }, 30_000)

  it('goes on being counted when its node starts again, and ends with it', async () => {
    const { id, url } = await start()
    await ask(url)
    await runner.stop()
    await bench.restartShields()
    runner = bench.runner()
    await runner.start()
    await ask(url)
    await until(async () => ((await used(id))?.sentBytes ?? 0) >= 2 * ANSWER_BYTES)
    const { userId } = await bench.recordOf(id)
    await runner.end(id, { graceMs: 0 })
    expect(rules()).not.toContain(`--uid-owner ${userId} `)
    expect(rules()).not.toMatch(
      new RegExp(`^-A (IN|OUT)PUT .*${bench.node.slice(0, 12)}-[SN]$`, 'm'),
    )
  }, 30_000)
})
