import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import type { Output } from '../index.ts'
import type { EngineContainer } from './engine.ts'
import { outputOf } from './output.ts'

function frame(text: string): Buffer {
  const body = Buffer.from(`2026-11-20T12:00:00.000000001Z ${text}\n`)
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(body.length, 4)
  return Buffer.concat([header, body])
}
const container = (name: string): EngineContainer => ({
  ...{ engineId: name, name, labels: {}, state: 'running', ports: {}, startedAtMs: 0 },
})
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

it('is that of all parts, each named, and how far each was read', async () => {
  const asked: unknown[] = []
  const engine = {
    async logs(name: string, options: object) {
      asked.push({ name, ...options })
      return (async function* () {
        yield frame(`${name} says`)
      })()
    },
  }
  const parts = ['web', 'db'].map((part) => ({ container: container(part), part }))
  const { signal } = new AbortController()
  const after = { 'db.stdout': '2026-11-20T11:59:59.000000001Z 1' }
  const all: Output[] = []
  for await (const one of outputOf(engine, parts, { after, takes: () => true, signal })) {
    all.push(one)
  }
  const lines = all.flatMap((one) => one.lines.map(({ line, part }) => `${part}: ${line}`))
  expect(lines.sort()).toEqual(['db: db says', 'web: web says'])
  const since = Date.parse('2026-11-20T11:59:59Z') / 1000
  expect(asked).toMatchObject([{ name: 'web' }, { name: 'db', since }])
  expect(Object.assign({}, ...all.map(({ points }) => points))).toEqual({
    'web.stdout': '2026-11-20T12:00:00.000000001Z 1',
    'db.stdout': '2026-11-20T12:00:00.000000001Z 1',
  })
})

it('ends quietly when it is told to stop while whoever reads is busy', async () => {
  const stop = new AbortController()
  const engine = {
    logs: async () =>
      (async function* () {
        yield frame('one')
        await new Promise((_, reject) => {
          stop.signal.addEventListener('abort', () => reject(new Error('aborted')))
        })
      })(),
  }
  const part = { container: container('web'), part: 'web' }
  const options = { after: {}, takes: () => true, signal: stop.signal }
  for await (const { lines } of outputOf(engine, [part], options)) {
    expect(lines).toHaveLength(1)
    await turns()
    stop.abort()
    // A failure that nobody waited for would end the process here.
    await turns()
  }
})

it('keeps nothing of what one part wrote while another says nothing', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const stop = new AbortController()
  const engine = {
    logs: async (name: string) =>
      (async function* () {
        if (name === 'quiet') await new Promise((resolve) => (stop.signal.onabort = resolve))
        else for (let line = 0; line < 100; line++) yield frame(`line ${line}`)
      })(),
  }
  const parts = ['web', 'quiet'].map((part) => ({ container: container(part), part }))
  const options = { after: {}, takes: () => true, signal: stop.signal }
  const told: WeakRef<Output>[] = []
  for await (const one of outputOf(engine, parts, options)) {
    told.push(new WeakRef(one))
    if (told.length < 100) continue
    await turns()
    collect()
    expect(told.filter((ref) => ref.deref() !== undefined).length).toBeLessThan(5)
    stop.abort()
  }
  expect(told.length).toBeGreaterThanOrEqual(100)
})
