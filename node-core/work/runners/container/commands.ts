/** Commands inside containers: what the engine gives, in the words of all runners. */
import { readFile } from 'node:fs/promises'
import type { CommandOutput, CommandRequest, RunningCommand } from '../index.ts'
import type { Engine, EngineContainer } from './engine.ts'
import { isRefusal, notBegun } from './engine-errors.ts'
import { COMMAND_FRAME_BYTES_MAX } from './limits.ts'

const HEADER_BYTES = 8

export async function runCommand(
  engine: Pick<Engine, 'command'>,
  { engineId, name }: Pick<EngineContainer, 'engineId' | 'name'>,
  request: CommandRequest,
): Promise<RunningCommand> {
  const { stream, ...running } = await engine.command(engineId, request)
  const output = request.terminal ? asOne(stream) : apart(stream)
  return {
    output: unlessRefused(output, running.hasBegun, name),
    write: (bytes) =>
      new Promise((resolve, reject) => {
        stream.write(bytes, (error) => (error ? reject(error) : resolve()))
      }),
    endInput: () => void stream.end(),
    resize: running.resize,
    exitCode: running.exitCode,
    async kill() {
      stream.destroy()
      const pid = await running.pid().catch(() => 0)
      return pid === 0 || (await killProcess(pid, engineId))
    },
  }
}

/**
 * The engine says into the stream that it could not start the program. A program may say the same, so
 * such words are held until it is known whether there was one.
 */
async function* unlessRefused(
  output: AsyncIterable<CommandOutput>,
  hasBegun: () => Promise<boolean>,
  name: string,
): AsyncGenerator<CommandOutput> {
  let first: CommandOutput | undefined
  let isFirst = true
  for await (const one of output) {
    if (first) yield first
    first = isFirst && isRefusal(textOf(one)) ? one : undefined
    isFirst = false
    if (!first) yield one
  }
  if (!first) return
  if (!(await hasBegun())) throw notBegun(textOf(first), name)
  yield first
}

function textOf({ bytes }: CommandOutput): string {
  return Buffer.from(bytes).toString('utf8')
}

async function* asOne(stream: AsyncIterable<Uint8Array>): AsyncGenerator<CommandOutput> {
  for await (const bytes of stream) yield { stream: 'stdout', bytes }
}

/** Frames of one byte for the stream, three of padding, four of length, then what was written. */
async function* apart(stream: AsyncIterable<Uint8Array>): AsyncGenerator<CommandOutput> {
  let held = Buffer.alloc(0)
  for await (const chunk of stream) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk])
    while (held.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + Math.min(held.readUInt32BE(4), COMMAND_FRAME_BYTES_MAX)
      if (held.length < end) break
      const bytes = held.subarray(HEADER_BYTES, end)
      yield { stream: held[0] === 2 ? 'stderr' : 'stdout', bytes }
      held = held.subarray(end)
    }
  }
}

/**
 * The engine cannot end what it was told to run. Where it runs on this computer we can, if we may: its
 * number there counts only while its control group names the container, or it might be another's.
 */
async function killProcess(pid: number, engineId: string): Promise<boolean> {
  const group = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')
  if (group === '') return true
  if (!group.includes(engineId)) return false
  try {
    // It leads a session of its own, and what it started goes with it.
    process.kill(-pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}
