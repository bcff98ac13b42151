import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMemoryLogger } from '../../../base/log/index.ts'
import { linesUntil, until } from '../runner.suite.ts'
import { createClaims } from './claims.ts'
import { USER_ID_COUNT, USER_ID_MIN } from './limits.ts'
import { marksOf } from './marks.ts'
import { createProcessTable } from './process-table.ts'
import type { Surroundings } from './surroundings.ts'
import { type Bench, openBench, requestFor } from './testing/bench.ts'

const linux = process.platform === 'linux'
const root = linux && process.getuid?.() === 0
const BANK = { id: 'bank-0-real', workload: 'bank', index: 0, generation: 9, ports: { 80: 4444 } }
const THIEF = USER_ID_MIN + USER_ID_COUNT - 7

let bench: Bench
const children: ChildProcess[] = []
beforeEach(async () => {
  bench = await openBench()
})
afterEach(async () => {
  for (const child of children.splice(0)) {
    const gone = once(child, 'exit')
    if (child.kill('SIGKILL')) await gone
  }
  await bench.close()
})

/** A process that says it is the bank's. */
async function forge(uid?: number): Promise<number> {
  const env = marksOf({ node: bench.node, network: 'garden' }, BANK)
  const child = spawn('/bin/sleep', ['100'], { env, cwd: '/', ...(uid ? { uid, gid: uid } : {}) })
  children.push(child)
  await once(child, 'spawn')
  return child.pid ?? 0
}

describe.skipIf(!linux)('marks that anybody can write [Linux only]', () => {
  it('make no instance of a process that is not provably ours, and are logged once', async () => {
    const logger = createMemoryLogger()
    const runner = bench.runner(bench.node, { logger })
    await runner.start()
    await forge()
    if (root) await forge(THIEF)
    await until(async () => {
      expect(await runner.list()).toEqual([])
      return doubts(logger) === (root ? 2 : 1)
    })
    await runner.list()
    expect(doubts(logger)).toBe(root ? 2 : 1)
  })

  it('do not make a program another one', async () => {
    const runner = bench.runner()
    await runner.start()
    const marks = Object.entries(marksOf({ node: bench.node, network: 'garden' }, BANK))
    const forged = marks.map(([name, value]) => `${name}=${value}`).join(' ')
    const script = `#!/bin/sh\n${forged} setsid sleep 100 &\nsleep 0.1; echo done; sleep 100`
    const request = requestFor(await bench.bundles.workload('thief', script))
    await runner.run(request)
    await linesUntil(runner, request.id, 'done')
    expect((await runner.list()).map(({ id }) => id)).toEqual([request.id])
  })
})

describe.skipIf(!root)('[root only] a program without a record', () => {
  let workRoot: string
  beforeEach(async () => {
    workRoot = await mkdtemp(join(tmpdir(), 'mycelium-claims-test-'))
    await mkdir(join(workRoot, BANK.id))
  })
  afterEach(() => rm(workRoot, { recursive: true }))

  const provenBy = async (more: Partial<Surroundings>): Promise<number[]> => {
    const cgroups = { bounds: new Set<never>(), foldersOf: () => [], ...unused }
    const around = { root: true, ownUsers: true, cgroups, workRoot, ...unseen, ...more }
    const table = createProcessTable('linux')
    const whose = { node: bench.node, network: 'garden' }
    const claims = createClaims({ table, whose, logger: createMemoryLogger() })
    return (await claims.proven(around, () => false)).map(({ pid }) => pid)
  }

  it('is ours when its user owns the working folder', async () => {
    await forge()
    const pid = await forge(THIEF)
    expect(await provenBy({})).toEqual([])
    await chown(join(workRoot, BANK.id), THIEF, THIEF)
    expect(await provenBy({})).toEqual([pid])
    expect(await provenBy({ root: false })).toEqual([])
  })

  it('is not ours because root owns the working folder and the process', async () => {
    await forge()
    expect(await provenBy({})).toEqual([])
  })
})

const unused = { create: async () => {}, close: async () => {} }
const unseen = { setpriv: undefined, runtimeFolder: undefined, notes: [], obstacle: undefined }

function doubts(logger: ReturnType<typeof createMemoryLogger>): number {
  return logger.lines.filter(({ message }) => message.includes('not provably ours')).length
}
