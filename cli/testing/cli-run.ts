/** Runs command lines in this process against a node that lives in memory behind a real door. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createHttpDoor } from '../../node-core/api/doors/http/index.ts'
import { createMemoryNode, type MemoryNode } from '../../node-core/api/testing/memory-node.ts'
import { createSystemClock } from '../../node-core/base/clock/index.ts'
import { createMemoryLogger } from '../../node-core/base/log/index.ts'
import { createSystemRandom } from '../../node-core/base/random/index.ts'
import { runCli } from '../program.ts'

export interface CliRun {
  exit: number
  out: string
  err: string
}

export interface TestHome {
  readonly home: string
  run(...args: string[]): Promise<CliRun>
  /** Runs with --json and parses what it prints. */
  json(...args: string[]): Promise<unknown>
  remove(): Promise<void>
}

export function createTestHome(): TestHome {
  const home = mkdtempSync(path.join(tmpdir(), 'mycelium-cli-'))
  const run = async (...args: string[]): Promise<CliRun> => {
    const out: string[] = []
    const err: string[] = []
    const terminal = {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
      bytes: (bytes: Uint8Array) => void out.push(Buffer.from(bytes).toString('latin1')),
      isTerminal: false,
      columns: 80,
      colors: false,
    }
    const env = { MYCELIUM_HOME: home }
    const untilSignal = () => new Promise<never>(() => {})
    const exit = await runCli(args, { terminal, env, untilSignal })
    return { exit, out: out.join('\n'), err: err.join('\n') }
  }
  return {
    home,
    run,
    async json(...args) {
      const { exit, out, err } = await run('--json', ...args)
      if (exit !== 0) throw new Error(`exit ${exit}: ${err}`)
      return JSON.parse(out)
    },
    remove: async () => rmSync(home, { recursive: true, force: true }),
  }
}

export interface RunningHome extends TestHome {
  node: MemoryNode
  /** Ends it as a crash would: its file stays. */
  stopNode(): Promise<void>
}

/** A home with a node that answers. */
export async function createRunningHome({ window = true } = {}): Promise<RunningHome> {
  const node = createMemoryNode()
  const test = createTestHome()
  const { router, publish, keys } = node
  const windowFolder = path.join(test.home, 'window')
  if (window) {
    mkdirSync(windowFolder)
    writeFileSync(path.join(windowFolder, 'index.html'), '<!doctype html>')
  }
  const door = createHttpDoor(
    {
      router,
      publish,
      keys,
      metrics: node.deps.metrics,
      clock: createSystemClock(),
      random: createSystemRandom(),
      logger: createMemoryLogger(),
      version: '0.0.0',
      token: 'the-token',
    },
    { port: 0, ...(window && { windowFolder }) },
  )
  await door.start()
  mkdirSync(path.join(test.home, 'run'))
  writeFileSync(path.join(test.home, 'api-token'), 'the-token\n')
  const running = { pid: process.pid, api: door.url, peerId: '12D3KooWada' }
  writeFileSync(path.join(test.home, 'run', 'node.json'), JSON.stringify(running))
  return {
    ...test,
    node,
    stopNode: () => door.stop(),
    async remove() {
      await door.stop()
      await test.remove()
    },
  }
}
