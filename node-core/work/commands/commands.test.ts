import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSimClock, type SimClock } from '../../base/clock/index.ts'
import { createSimDisk, type SimDisk } from '../../base/disk/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { createSimNetwork, framed, type NodeId, parseNodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import type { CommandRequest, RunningCommand } from '../runners/index.ts'
import { createSimCommand } from '../runners/sim-command.ts'
import type { Instance } from '../spec/index.ts'
import { createAudit } from './audit.ts'
import { type Commands, createCommands } from './index.ts'
import {
  AUDIT_BYTES_MAX,
  AUDIT_OF_ONE_BYTES_MAX,
  AUDIT_OWNERS_MAX,
  COMMAND_FRAME_BYTES_MAX,
  COMMAND_LEFT_MS,
  COMMAND_MS_MAX,
  COMMAND_RIGHT_MS,
  COMMANDS_MAX,
  COMMANDS_OF_ONE_MAX,
} from './limits.ts'
import { parseFromCommand, parseQuestion, parseToCommand } from './messages.ts'

const [HERE, THERE] = ['1', '2'].map((digit) => parseNodeId(digit.repeat(64))) as [NodeId, NodeId]
const LIAR = parseNodeId('0'.repeat(64)) as NodeId
const WEB = 'web-0-a'

let clock: SimClock
let network: ReturnType<typeof createSimNetwork>
let disks: Record<NodeId, SimDisk>
let nodes: Record<NodeId, Commands>
let may: Set<NodeId>
let begun: RunningCommand[]
let killed: number
let told: Instance[]
let entrusted: (one: Pick<Instance, 'node'>) => boolean
let running = false

beforeEach(async () => {
  clock = createSimClock()
  const random = createSeededRandom(3)
  network = createSimNetwork({ clock, random })
  ;[disks, nodes, begun, killed] = [{}, {}, [], 0]
  may = new Set([HERE])
  const web: Instance = {
    ...{ id: WEB, workload: 'web', index: 0, generation: 1, node: THERE, ports: {} },
    ...{ status: 'Running', health: 'healthy', restarts: 0 },
  }
  told = [web]
  entrusted = () => true
  for (const id of [HERE, THERE]) {
    const disk = createSimDisk()
    disks[id] = disk
    nodes[id] = createCommands({
      net: network.node(id),
      view: { instances: () => told, entrusted: () => entrusted },
      reconciler: {
        async command(instance, request) {
          if (request.part === 'none') throw new MyceliumError('INSTANCE_NOT_FOUND', 'No part.')
          expect(instance).toBe(WEB)
          const command = createSimCommand(request)
          // Reads nothing of what it is given.
          if (request.command[1] === 'deaf') command.write = () => new Promise(() => {})
          const kill = async (): Promise<boolean> => {
            killed++
            return command.kill()
          }
          begun.push(command)
          return { ...command, kill }
        },
      },
      disk,
      mayCommand: (peer) => ({ owner: `owner of ${peer[0]}`, may: may.has(peer) }),
      ...{ clock, random, logger: createMemoryLogger() },
    })
    await nodes[id].start()
  }
  running = true
  void (async () => {
    while (running) {
      clock.advance(1)
      await new Promise(setImmediate)
    }
  })()
})
afterEach(async () => {
  for (const one of Object.values(nodes)) await one.stop()
  running = false
})

const run = (command: string[], more: Partial<CommandRequest> = {}, from = HERE) =>
  (nodes[from] as Commands).run(WEB, { command, input: false, ...more })
const audit = (node = THERE) => (nodes[node] as Commands).audit(100)

async function textOf(command: RunningCommand): Promise<string> {
  let text = ''
  for await (const { bytes } of command.output) text += Buffer.from(bytes).toString('utf8')
  return text
}
async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let turn = 0; turn < 20_000; turn++) {
    if (await condition()) return
    await new Promise(setImmediate)
  }
  throw new Error('The condition did not come true.')
}

describe('a command inside an instance', () => {
  test('runs on its node, says what it writes and how it ended, and is written down', async () => {
    const command = await run(['echo', '--password=hunter2'], { part: 'db' })
    expect(await textOf(command)).toBe('echo --password=hunter2')
    expect(await command.exitCode()).toBe(0)
    const failing = await run(['exit', '7'])
    expect(await textOf(failing)).toBe('')
    expect(await failing.exitCode()).toBe(7)
    const facts = { owner: 'owner of 1', from: HERE, workload: 'web', instance: WEB, words: 1 }
    const entries = await audit()
    expect(entries).toMatchObject([
      { ...facts, what: 'began', program: 'echo', part: 'db', terminal: false },
      { ...facts, what: 'ended', program: 'echo', exitCode: 0 },
      { ...facts, what: 'began', program: 'exit' },
      { ...facts, what: 'ended', program: 'exit', exitCode: 7 },
    ])
    expect(entries[0]?.command).toBe(entries[1]?.command)
    const written = JSON.stringify([...(disks[THERE] as SimDisk).copyOut().values()].map(String))
    expect(Buffer.from(written).toString()).not.toContain('hunter2')
    expect(await audit(HERE)).toEqual([])
  })

  test('reads what is written to it, in order, and is told of its terminal', async () => {
    const command = await run(['cat'], { input: true, terminal: { columns: 80, rows: 24 } })
    const text = textOf(command)
    const large = 'x'.repeat(200_000)
    await command.write(Buffer.from('one '))
    await command.resize({ columns: 100, rows: 30 })
    await command.write(Buffer.from(` ${large}`))
    command.endInput()
    expect(await text).toBe(`one 100x30 ${large}`)
    expect(await command.exitCode()).toBe(0)
  })

  test('is refused by its node to whoever may not, which is written down there', async () => {
    may.clear()
    await expect(run(['id'])).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(run(['id'], {}, THERE)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(begun).toEqual([])
    expect(await audit()).toMatchObject([
      { what: 'refused', from: HERE, reason: 'FORBIDDEN' },
      { what: 'refused', from: THERE, reason: 'FORBIDDEN' },
    ])
  })

  test('goes to nobody who only says that it runs there, whatever else is said under its id', async () => {
    const [web] = told as [Instance]
    const lie: Instance = { ...web, node: LIAR }
    told = [lie, web]
    entrusted = ({ node }) => node === THERE
    expect(await textOf(await run(['echo', 'secret']))).toBe('echo secret')
    told = [lie]
    await expect(run(['echo', 'secret'])).rejects.toMatchObject({ code: 'NOT_ASSIGNED' })
    told = [lie, web]
    entrusted = () => true
    await expect(run(['echo', 'secret'])).rejects.toMatchObject({ code: 'NOT_ASSIGNED' })
    expect(begun).toHaveLength(1)
  })

  test('is run here where it runs here, whoever else says so and was given it', async () => {
    const [web] = told as [Instance]
    may.add(THERE)
    told = [{ ...web, node: HERE }, web]
    entrusted = ({ node }) => node === HERE
    expect(await textOf(await run(['echo'], {}, THERE))).toBe('echo')
  })

  test('ends when the right to it does', async () => {
    const command = await run(['cat'], { input: true })
    const text = textOf(command)
    may.clear()
    clock.advance(COMMAND_RIGHT_MS)
    await expect(text).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(killed).toBeGreaterThan(0)
    expect((await audit()).at(-1)).toMatchObject({ what: 'ended', reason: 'FORBIDDEN' })
  })

  test('ends when nobody waits for it, and when it has run for too long', async () => {
    const left = await run(['cat'], { input: true })
    await left.kill()
    await until(() => killed === 1)
    await until(async () => (await audit()).at(-1)?.reason === 'LEFT')
    const long = await run(['cat'], { input: true }, HERE)
    const text = textOf(long)
    clock.advance(COMMAND_MS_MAX)
    await expect(text).rejects.toMatchObject({ code: 'TOO_LONG' })
  })

  test('ends when nobody waits for it, though it takes nothing of what it is given', async () => {
    const deaf = await run(['cat', 'deaf'], { input: true })
    for (let piece = 0; piece < 8; piece++) {
      deaf.write(Buffer.alloc(COMMAND_FRAME_BYTES_MAX)).catch(() => {})
    }
    const text = textOf(deaf)
    text.catch(() => {})
    // While somebody waits it goes on.
    clock.advance(3 * COMMAND_LEFT_MS)
    await new Promise(setImmediate)
    expect(killed).toBe(0)
    await deaf.kill()
    await until(() => killed === 1)
    await until(async () => (await audit()).at(-1)?.reason === 'LEFT')
  })

  test('ends when its node stops', async () => {
    const command = await run(['cat'], { input: true })
    const text = textOf(command)
    text.catch(() => {})
    may.add(THERE)
    const own = textOf(await run(['cat'], { input: true }, THERE))
    own.catch(() => {})
    await (nodes[THERE] as Commands).stop()
    const reasons = (await createAudit(disks[THERE] as SimDisk).list(10)).map(
      ({ reason }) => reason,
    )
    await expect(text).rejects.toThrow()
    expect(reasons.filter(Boolean)).toEqual(['LEFT', 'NODE_STOPS'])
  })

  test('is not run when it cannot be written down', async () => {
    ;(disks[THERE] as SimDisk).setCapacity(1)
    await expect(run(['id'])).rejects.toMatchObject({ code: 'DISK_FULL' })
    await expect(run(['id'])).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(begun).toEqual([])
    ;(disks[THERE] as SimDisk).setCapacity(undefined)
    expect(await textOf(await run(['id']))).toBe('id')
    expect(await audit()).toHaveLength(2)
  })

  test('is one of a bounded number', async () => {
    may.add(THERE)
    const fill = async (from: NodeId) => {
      for (let at = 0; at < COMMANDS_OF_ONE_MAX; at++) await run(['cat'], { input: true }, from)
    }
    await fill(THERE)
    await expect(run(['id'], {}, THERE)).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    // Nobody takes the places of the others.
    expect(await textOf(await run(['id']))).toBe('id')
    await fill(HERE)
    await expect(run(['id'])).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(begun).toHaveLength(COMMANDS_MAX + 1)
  })

  test('tells what went wrong where it runs, and of what nobody knows', async () => {
    const missing = run(['id'], { part: 'none' })
    await expect(missing).rejects.toMatchObject({ code: 'INSTANCE_NOT_FOUND' })
    const ghost = (nodes[HERE] as Commands).run('ghost', { command: ['id'], input: false })
    await expect(ghost).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await audit()).at(-1)).toMatchObject({ what: 'ended', reason: 'INSTANCE_NOT_FOUND' })
  })

  test('says of a program that is not there how it ended, on whichever node, and writes that down', async () => {
    may.add(THERE)
    for (const from of [HERE, THERE]) {
      const why = { code: 'NOT_RUNNABLE', details: { exitCode: 127 } }
      await expect(textOf(await run(['absent'], {}, from))).rejects.toMatchObject(why)
      expect((await audit()).at(-1)).toMatchObject({ what: 'ended', reason: 'NOT_RUNNABLE' })
    }
  })

  test('is asked for in no other words', async () => {
    const stream = await network.node(HERE).openStream(THERE, 'exec/1')
    await stream.write(framed(new Uint8Array([1, 2, 3])))
    let answer = ''
    for await (const chunk of stream) answer += Buffer.from(chunk).toString('latin1')
    expect(answer).toContain('NET_REFUSED')
    const bytes = fc.uint8Array({ maxLength: 40 })
    const parsers = [parseQuestion, parseFromCommand, parseToCommand]
    fc.assert(
      fc.property(bytes, fc.constantFrom(...parsers), (each, parse) => {
        try {
          parse(each)
        } catch (error) {
          expect(error).toBeInstanceOf(MyceliumError)
        }
      }),
      { seed: 5 },
    )
  })
})

test('the audit keeps the latest, in two files of bounded size', async () => {
  const disk = createSimDisk()
  const book = createAudit(disk)
  const entry = {
    ...{ at: '', what: 'began' as const, command: '1', owner: 'o', from: 'n', workload: 'w' },
    ...{ instance: 'i', program: 'p'.repeat(200_000), words: 0, terminal: false },
  }
  const count = Math.ceil((AUDIT_OF_ONE_BYTES_MAX * 3) / 200_000)
  for (let at = 0; at < count; at++) await book.note({ ...entry, words: at })
  expect((await book.list(1))[0]?.words).toBe(count - 1)
  const [own] = await disk.list('audit/owners')
  expect(await disk.list(`audit/owners/${own}`)).toHaveLength(2)
  await book.close()
  const again = createAudit(disk)
  await again.note({ ...entry, words: count })
  expect((await again.list(2)).map(({ words }) => words)).toEqual([count - 1, count])
})

test('the audit keeps what was run, however often somebody is refused', async () => {
  const book = createAudit(createSimDisk())
  const entry = {
    ...{ command: '1', owner: 'o', from: 'n', workload: 'w', instance: 'i', words: 0 },
    ...{ program: 'p'.repeat(200_000), terminal: false },
  }
  await book.note({ ...entry, what: 'began', at: '2026-01-01T00:00:00.000Z' })
  const count = Math.ceil((AUDIT_BYTES_MAX * 3) / 200_000)
  for (let at = 0; at < count; at++) {
    await book.note({ ...entry, what: 'refused', at: '2026-01-01T00:00:01.000Z', words: at })
  }
  const all = await book.list(1_000)
  expect(all[0]?.what).toBe('began')
  expect(all.at(-1)).toMatchObject({ what: 'refused', words: count - 1 })
})

test('the audit keeps what one owner ran, however much others run, and how many they are', async () => {
  const disk = createSimDisk()
  const book = createAudit(disk)
  const entry = {
    ...{ command: '1', from: 'n', workload: 'w', instance: 'i', words: 0, terminal: false },
    ...{ what: 'began' as const, program: 'p', at: '2026-01-01T00:00:01.000Z' },
  }
  await disk.writeAtomic(
    'audit/000001.jsonl',
    Buffer.from(`${JSON.stringify({ ...entry, owner: 'of before', at: '2025' })}\n`),
  )
  await book.note({ ...entry, owner: 'ada', at: '2026-01-01T00:00:00.000Z' })
  const flood = { ...entry, owner: 'eve', program: 'p'.repeat(200_000) }
  const count = Math.ceil((AUDIT_BYTES_MAX * 3) / 200_000)
  for (let at = 0; at < count; at++) await book.note({ ...flood, words: at })
  for (let at = 0; at < AUDIT_OWNERS_MAX; at++) await book.note({ ...entry, owner: `eve ${at}` })
  await book.close()
  const again = createAudit(disk)
  const [before, first] = await again.list(1_000)
  expect([before?.owner, first?.owner]).toEqual(['of before', 'ada'])
  expect(await disk.list('audit/owners')).toHaveLength(AUDIT_OWNERS_MAX)
  expect((await again.list(1_000)).map(({ owner }) => owner)).toContain(
    `eve ${AUDIT_OWNERS_MAX - 1}`,
  )
})
