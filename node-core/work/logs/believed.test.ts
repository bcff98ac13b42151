/** Whose words are shown as the log of a copy. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { InstanceLogLine } from './index.ts'
import { createLogBench, type LogBench, textsOf, until } from './testing/bench.ts'

let bench: LogBench
beforeEach(async () => {
  bench = await createLogBench(3)
  bench.wanted.add('web')
  await bench.runs(0, 'web-0-a', ['true'])
  await bench.runs(1, 'web-0-b', ['a lie'])
  for (const [at, id] of ['web-0-a', 'web-0-b'].entries()) {
    await until(async () => (await textsOf(bench.logs(at).read({ instance: id }))).length > 0)
  }
  const [, liar] = bench.ids
  if (liar) bench.liars.add(liar)
})
afterEach(() => bench.close())

const read = (of: object) => textsOf(bench.logs(2).read({ workload: 'web', ...of }))

test('of a workload those are shown who were given its copies, and of others that they are not', async () => {
  expect(await read({})).toEqual([expect.stringContaining('What node 2 says'), 'true'])
})

test('one that is asked for by its id is shown: by that it is known whose it is', async () => {
  expect(await read({ instance: 'web-0-b' })).toEqual(['a lie'])
  expect(await read({ instance: 'web-0-a' })).toEqual(['true'])
})

test('of what is wanted no more everybody is shown who has some: nobody is given it', async () => {
  bench.wanted.clear()
  expect((await read({})).sort()).toEqual(['a lie', 'true'])
})

test('a computer shows what it runs itself', async () => {
  const own = await textsOf(bench.logs(1).read({ workload: 'web' }))
  expect(own.sort()).toEqual(['a lie', 'true'])
})

test('one that is given its copy later is followed from then on', async () => {
  const told: InstanceLogLine[] = []
  for await (const line of bench.logs(2).read({ workload: 'web' }, { follow: true })) {
    told.push(line)
    if (line.line === 'a lie') break
    if (line.line !== 'true') continue
    bench.liars.clear()
    await bench.runs(0, 'web-2-c', [])
  }
  expect(told.map(({ line }) => line)).toEqual([expect.anything(), 'true', 'a lie'])
})
