import { isCode } from '../../base/errors/index.ts'
import type { CommandRequest, RunningCommand } from '../../work/runners/index.ts'
import type { AuditEntryView } from '../contract/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { failure, toFailure } from './failures.ts'
import type { ApiDeps, NetworkParts } from './index.ts'
import { createPace, type Pace } from './pace.ts'
import { ownerNameOf } from './workload-view.ts'

interface Session {
  running: RunningCommand
  pace: Pace
}

/** Commands inside instances: one call that tells what a command writes, others that write to it. */
export function commandHandlers({ commands }: Builder, deps: ApiDeps) {
  const sessions = new Map<string, Session>()
  let last = 0

  return {
    run: commands.run.handler(async function* ({ input, signal }) {
      const { id, part, command, terminal, input: reads, aheadBytes } = input
      const request: CommandRequest = {
        ...{ command, input: reads },
        ...(part !== undefined && { part }),
        ...(terminal && { terminal }),
      }
      const running = await started(deps, id, request)
      const session = String(++last)
      const pace = createPace(aheadBytes)
      sessions.set(session, { running, pace })
      const leave = (): void => {
        pace.end()
        void running.kill().catch(() => {})
      }
      signal?.addEventListener('abort', leave, { once: true })
      if (signal?.aborted) leave()
      let over = false
      try {
        yield { session }
        for await (const { stream, bytes } of running.output) {
          yield { stream, data: Buffer.from(bytes).toString('base64') }
          await pace.wrote(bytes.length)
        }
        over = true
        yield { exitCode: await running.exitCode() }
      } catch (error) {
        throw toFailure(error, deps.logger)
      } finally {
        sessions.delete(session)
        signal?.removeEventListener('abort', leave)
        if (!over) leave()
      }
    }),
    input: commands.input.handler(async ({ input }) => {
      const session = sessions.get(input.session)
      if (!session) throw failure('NOT_FOUND', 'That command does not run, or no more.')
      const { running, pace } = session
      if (input.readBytes !== undefined) pace.read(input.readBytes)
      if (input.terminal) await running.resize(input.terminal)
      if (input.data !== undefined) await running.write(Buffer.from(input.data, 'base64'))
      if (input.end) running.endInput()
      return {}
    }),
    audit: commands.audit.handler(async ({ input }) => {
      const parts = inNetwork(deps)
      const entries = await parts.audit(input.tail)
      return { entries: entries.map((entry) => auditView(parts, entry)) }
    }),
  }
}

async function started(deps: ApiDeps, id: string, request: CommandRequest) {
  try {
    return await inNetwork(deps).runCommand(id, request)
  } catch (error) {
    if (!isCode(error, 'INSTANCE_NOT_FOUND')) throw toFailure(error, deps.logger)
    throw failure('NOT_FOUND', 'It does not run, or has no container of that name.')
  }
}

type Entry = Awaited<ReturnType<NetworkParts['audit']>>[number]

function auditView(parts: NetworkParts, { owner, from, ...rest }: Entry): AuditEntryView {
  const node = parts.membership.list().find(({ id }) => id === from)
  return {
    ...rest,
    owner: { id: owner, name: ownerNameOf(parts, owner) },
    from: { id: from, name: node?.profile.name ?? '' },
  }
}
