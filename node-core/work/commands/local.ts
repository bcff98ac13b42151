/** Runs a command on this node for somebody, and writes down that it does. */
import { every } from '../../base/clock/index.ts'
import { isCode, MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { CommandOutput, CommandRequest, RunningCommand } from '../runners/index.ts'
import type { Audit, AuditEntry } from './audit.ts'
import type { CommandsDeps } from './index.ts'
import {
  AUDIT_WORD_LENGTH_MAX,
  COMMAND_MS_MAX,
  COMMAND_RIGHT_MS,
  COMMANDS_MAX,
  COMMANDS_OF_ONE_MAX,
} from './limits.ts'

export interface LocalCommands {
  run(instance: string, request: CommandRequest, peer: NodeId): Promise<RunningCommand>
  /** Ends all of them. */
  stop(): Promise<void>
}

interface Running {
  breakOff(code: string, message: string): Promise<boolean>
  /** Told once, whatever ended it. */
  finish(end: Pick<AuditEntry, 'exitCode' | 'reason'>): Promise<void>
}

export function createLocalCommands(deps: CommandsDeps, audit: Audit): LocalCommands {
  const { net, view, clock, logger } = deps
  const open = new Set<Running>()
  /** Of each owner, those that start and those that run. */
  const taken = new Map<string, number>()

  function takePlace(owner: string): () => void {
    const own = taken.get(owner) ?? 0
    const all = [...taken.values()].reduce((sum, one) => sum + one, 0)
    if (all >= COMMANDS_MAX || own >= COMMANDS_OF_ONE_MAX) {
      const whose = all >= COMMANDS_MAX ? `${all} commands` : `${own} commands of yours`
      throw new MyceliumError('RATE_LIMITED', `${whose} run on that node already.`)
    }
    taken.set(owner, own + 1)
    return () => {
      const left = (taken.get(owner) ?? 0) - 1
      if (left > 0) taken.set(owner, left)
      else taken.delete(owner)
    }
  }

  function factsOf(instance: string, request: CommandRequest, peer: NodeId) {
    const found = view.instances().find(({ id, node }) => id === instance && node === net.self)
    if (!found) throw new MyceliumError('NOT_FOUND', `No instance ${instance} is on this node.`)
    const { workload } = found
    const { owner, may } = deps.mayCommand(peer, workload)
    const [program = '', ...others] = request.command
    const facts = {
      ...{ command: Buffer.from(deps.random.bytes(8)).toString('hex'), owner, from: peer },
      ...{ workload, instance, ...(request.part !== undefined && { part: request.part }) },
      ...{ program: program.slice(0, AUDIT_WORD_LENGTH_MAX), words: others.length },
      terminal: request.terminal !== undefined,
    }
    return { facts, may, workload }
  }

  /** It has been run: that its end is not on record changes nothing about it. */
  async function noted(entry: AuditEntry): Promise<void> {
    await audit.note(entry).catch((error) => {
      logger.error('The end of a command is not in the audit', { command: entry.command, error })
    })
  }

  const now = (): string => new Date(clock.wallMs()).toISOString()

  async function run(
    instance: string,
    request: CommandRequest,
    peer: NodeId,
  ): Promise<RunningCommand> {
    const { facts, may, workload } = factsOf(instance, request, peer)
    if (!may) {
      await audit.note({ ...facts, at: now(), what: 'refused', reason: 'FORBIDDEN' })
      throw forbidden(workload)
    }
    const giveBack = takePlace(facts.owner)
    try {
      // What is not on record is not run.
      await audit.note({ ...facts, at: now(), what: 'began' })
    } catch (error) {
      giveBack()
      throw error
    }
    try {
      const command = await deps.reconciler.command(instance, request)
      return watched(facts, command, () => deps.mayCommand(peer, workload).may, giveBack)
    } catch (error) {
      const reason = error instanceof MyceliumError ? error.code : messageOf(error)
      giveBack()
      await noted({ ...facts, at: now(), what: 'ended', reason })
      throw error
    }
  }

  function watched(
    facts: Omit<AuditEntry, 'at' | 'what'>,
    command: RunningCommand,
    stillMay: () => boolean,
    giveBack: () => void,
  ): RunningCommand {
    const begunMs = clock.monotonicMs()
    let broken: MyceliumError | undefined
    let ending: Promise<boolean> | undefined
    let finished: Promise<void> | undefined
    const running: Running = {
      breakOff,
      finish: (end) => {
        finished ??= (async () => {
          open.delete(running)
          giveBack()
          await stopLooking()
          await noted({ ...facts, at: now(), what: 'ended', ...end })
        })()
        return finished
      },
    }
    function breakOff(code: string, message: string): Promise<boolean> {
      // Before it ends: its output is over by this, and not by an end of its own.
      broken ??= new MyceliumError(code, message)
      const reason = broken.code
      ending ??= command.kill().then(async (gone) => {
        await running.finish({ reason: gone ? reason : `${reason}, and it may go on` })
        return gone
      })
      return ending
    }
    const look = async (): Promise<void> => {
      const message = 'You may run no commands inside this workload any more.'
      if (!stillMay()) void breakOff('FORBIDDEN', message)
      else if (clock.monotonicMs() - begunMs > COMMAND_MS_MAX) {
        void breakOff('TOO_LONG', 'It ran for as long as a command may.')
      }
    }
    const stopLooking = every(clock, COMMAND_RIGHT_MS, look, (error) => {
      logger.warn('The right to a command was not looked at', { error })
    })
    open.add(running)

    async function* output(): AsyncGenerator<CommandOutput> {
      try {
        for await (const one of command.output) {
          if (broken) throw broken
          yield one
        }
      } catch (error) {
        // Its program never ran: nothing is left that would have to be ended.
        if (!broken && isCode(error, 'NOT_RUNNABLE')) await running.finish({ reason: error.code })
        throw broken ?? error
      }
      if (broken) throw broken
      await running.finish({ exitCode: await command.exitCode() })
    }
    const kill = () => breakOff('LEFT', 'Nobody waits for it any more.')
    return { ...command, output: output(), kill }
  }

  return {
    run,
    async stop() {
      const all = [...open]
      await Promise.all(all.map((one) => one.breakOff('NODE_STOPS', 'Its node stops.')))
    },
  }
}

function forbidden(workload: string): MyceliumError {
  const who = 'its owner with the permission “deploy”, or an admin'
  return new MyceliumError('FORBIDDEN', `Commands inside “${workload}” are run by ${who}.`)
}
