/** Commands by which a program is asked whether it is well: each ends in its time, and all of it. */
import { MyceliumError } from '../../../base/errors/index.ts'
import type { Part } from '../../spec/index.ts'
import type { RunningCommand } from '../index.ts'
import type { Ground } from './program-home.ts'
import { findTool } from './shelter-tools.ts'

/**
 * How it ended: what it writes goes unread. With the signal it is ended, and what it left running goes
 * with it, or what is asked again and again would fill its program.
 */
export async function endOf(running: RunningCommand, signal?: AbortSignal): Promise<number> {
  const end = (): void => void running.kill()
  signal?.addEventListener('abort', end, { once: true })
  if (signal?.aborted) end()
  try {
    for await (const _ of running.output) {
      // How it ended is all that is asked for.
    }
    return await running.exitCode()
  } finally {
    signal?.removeEventListener('abort', end)
    await running.kill()
  }
}

/** A probe that could never pass on this computer is refused by name, so that it runs elsewhere. */
export async function refuseProbes(
  { probes }: Pick<Part, 'probes'>,
  around: Pick<Ground, 'setpriv' | 'shelter'>,
): Promise<void> {
  if (!Object.values(probes).some(({ kind }) => kind === 'command')) return
  const why = await obstacle(around)
  if (why === undefined) return
  const message = `It is to be asked by a command, and none can be run inside a program here: ${why}.`
  throw new MyceliumError('NOT_SUPPORTED', message, { details: { reason: 'probes' } })
}

async function obstacle({ setpriv, shelter }: Pick<Ground, 'setpriv' | 'shelter'>) {
  if (!shelter) return 'this computer has no namespaces for programs'
  if (setpriv && (await findTool('nsenter'))) return undefined
  return 'util-linux is not installed'
}
