import { MyceliumError } from '../../base/errors/index.ts'
import { createFrameReader, type Net, type NodeId } from '../../base/net/index.ts'
import type { CommandOutput, CommandRequest, RunningCommand } from '../runners/index.ts'
import { COMMAND_FRAME_BYTES_MAX } from './limits.ts'
import { parseFromCommand, questionFrame, type ToCommand, toFrames } from './messages.ts'

/** A command on another node. Resolves once it runs there. */
export async function remoteCommand(
  net: Pick<Net, 'openStream'>,
  node: NodeId,
  instance: string,
  { command, ...request }: CommandRequest,
): Promise<RunningCommand> {
  const stream = await net.openStream(node, 'exec/1')
  const reader = createFrameReader(stream)
  const next = async () => parseFromCommand(await reader.frame(COMMAND_FRAME_BYTES_MAX + 1))
  let exit: number | undefined
  let queue: Promise<void> = Promise.resolve()

  function say(said: ToCommand): Promise<void> {
    const sent = queue.then(async () => {
      for (const frame of toFrames(said)) await stream.write(frame)
    })
    queue = sent.catch(() => {})
    return sent
  }

  async function* output(): AsyncGenerator<CommandOutput> {
    for (;;) {
      const said = await next()
      if (said.kind === 'output') yield said.output
      if (said.kind === 'exit') {
        exit = said.code
        return
      }
    }
  }

  try {
    await stream.write(questionFrame({ instance, command: [...command], ...request }))
    const first = await next()
    if (first.kind !== 'runs')
      throw new MyceliumError('NET_REFUSED', 'It did not say that it runs.')
  } catch (error) {
    stream.abort(new Error('It does not run.'))
    throw error
  }
  return {
    output: output(),
    write: (bytes) => say({ kind: 'input', bytes }),
    endInput: () => void say({ kind: 'end' }).catch(() => {}),
    resize: (size) => say({ kind: 'resize', size }),
    async exitCode() {
      if (exit === undefined) throw new MyceliumError('NET_REFUSED', 'It has not ended.')
      return exit
    },
    async kill() {
      // The other side ends it when it finds nobody listening.
      stream.abort(new Error('Nobody waits for it any more.'))
      return true
    },
  }
}
