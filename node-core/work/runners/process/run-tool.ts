/** Runs a tool of the system to its end, with nothing of ours in its environment. */
import { execFile } from 'node:child_process'
import { TOOL_MS } from './limits.ts'

/** Rejects with the last words of one that ended badly. */
export function runTool({
  file,
  args,
  input = '',
}: {
  file: string
  args: string[]
  input?: string
}): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { env: {}, timeout: TOOL_MS, killSignal: 'SIGKILL' } as const
    const child = execFile(file, args, options, (error, _, stderr) => {
      if (!error) resolve()
      else reject(new Error(stderr.trim().split('\n').at(-1) || error.message))
    })
    child.stdin?.on('error', () => {
      // It ended without a look at its input: how it ended says why.
    })
    child.stdin?.end(input)
  })
}
