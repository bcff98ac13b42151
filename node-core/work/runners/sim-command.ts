import { MyceliumError } from '../../base/errors/index.ts'
import type { CommandOutput, CommandRequest, RunningCommand, TerminalSize } from './index.ts'

/**
 * A command without an engine: `cat` gives back what it is given until its input ends, `exit N` ends
 * with N, `absent` is no program, everything else says its words and the size of its terminal and ends with 0.
 */
export function createSimCommand({ command, terminal, input }: CommandRequest): RunningCommand {
  const waiting: CommandOutput[] = []
  const [program, first] = command
  const sizeText = ({ columns, rows }: TerminalSize): string => `${columns}x${rows}`
  let ended = program !== 'cat' || !input
  let wake: () => void = () => {}
  const say = (text: string | Uint8Array): void => {
    waiting.push({ stream: 'stdout', bytes: Buffer.from(text) })
    wake()
  }
  const end = (): void => {
    ended = true
    wake()
  }
  if (ended && program !== 'exit') {
    say(terminal ? `${command.join(' ')} ${sizeText(terminal)}` : command.join(' '))
  }

  async function* output(): AsyncGenerator<CommandOutput> {
    if (program === 'absent') {
      const details = { exitCode: 127 }
      throw new MyceliumError('NOT_RUNNABLE', 'There is no program “absent” in it.', { details })
    }
    for (;;) {
      const [next] = waiting.splice(0, 1)
      if (next) {
        yield next
        continue
      }
      if (ended) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return {
    output: output(),
    write: async (bytes) => say(bytes),
    endInput: end,
    resize: async (size) => say(sizeText(size)),
    exitCode: async () => (program === 'exit' ? Number(first) : 0),
    async kill() {
      end()
      return true
    },
  }
}
