/** Whole logs of a computer that has many. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { InstanceLogLine } from './index.ts'
import { LOG_PAGE_LINES_MAX, LOG_STREAMS_PER_PEER_MAX } from './limits.ts'
import { createLogBench, type LogBench, textsOf, until } from './testing/bench.ts'

let bench: LogBench
beforeEach(async () => {
  bench = await createLogBench(2)
})
afterEach(() => bench.close())

async function has(id: string, text: string): Promise<void> {
  const read = () => textsOf(bench.logs(1).read({ instance: id }, { tail: 1 }))
  await until(async () => (await read()).includes(text))
}

test('of more copies on one computer than it answers at a time are put in order, page by page', async () => {
  const count = LOG_STREAMS_PER_PEER_MAX + 6
  const logs = await Promise.all(
    Array.from({ length: count }, (_, at) => bench.runs(1, `web-${at}-a`, [`first ${at}`])),
  )
  // Several pages of one, of one moment in part.
  const many = Array.from({ length: 2 * LOG_PAGE_LINES_MAX + 10 }, (_, at) => `line ${at}`)
  for (const [at, text] of many.entries()) {
    if (at % 3_000 === 0) await bench.pass(5)
    logs[0]?.write(text)
  }
  await bench.pass(5)
  for (const [at, log] of logs.entries()) log.write(`last ${at}`)
  for (const at of logs.keys()) await has(`web-${at}-a`, `last ${at}`)
  const told: InstanceLogLine[] = []
  for await (const one of bench.logs(0).read({ workload: 'web' }, { tail: 'all' })) told.push(one)
  expect(told).toHaveLength(2 * count + many.length)
  const ofFirst = told.filter(({ instance }) => instance === 'web-0-a')
  expect(ofFirst.map(({ line }) => line)).toEqual(['first 0', ...many, 'last 0'])
  expect(told.map(({ at }) => at)).toEqual(told.map(({ at }) => at).sort())
})
