/** Who is believed to hold a log. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listBytes } from './messages.ts'
import { createLogBench, type LogBench, textsOf } from './testing/bench.ts'

let bench: LogBench
beforeEach(async () => {
  bench = await createLogBench(3)
})
afterEach(() => bench.close())

test('of what is gone the log itself is where it ran, whoever says to hold it', async () => {
  await bench.runs(0, 'web-0-a', ['true'])
  await bench.ends(0, 'web-0-a')
  const [origin, liar] = bench.ids
  if (!origin || !liar) throw new Error('No nodes.')
  await bench.logs(1).stop()
  const at = '2099-01-01T00:00:00.000Z'
  const lie = { instance: 'web-0-a', workload: 'web', index: 0, node: origin, since: at }
  bench.net.node(liar).onRequest('log-list/1', async () => {
    return listBytes([{ ...lie, lastAt: at, copy: false }])
  })
  const [found] = await bench.logs(2).kept({ workload: 'web' })
  expect(found).toMatchObject({ holder: origin })
  const read = bench.logs(2).read({ workload: 'web' }, { previous: true })
  expect(await textsOf(read)).toEqual(['true'])
})
