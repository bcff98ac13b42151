import type { InstanceLogLine, LogReadOptions, LogSubject } from '../../work/logs/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { failure, toFailure } from './failures.ts'
import type { ApiDeps, NetworkParts } from './index.ts'
import { ownNames } from './own-names.ts'

/** What instances wrote, of workloads that are no more too, while somebody has it. */
export function logHandlers({ workloads }: Builder, deps: ApiDeps) {
  const names = ownNames(deps)

  /** One's own that is no more, as long as somebody has its log; only then another's that is there. */
  async function keptName(said: string): Promise<string> {
    const own = names.meant(said)
    const there = names.there(said)
    if (own === there) return own
    return (await inNetwork(deps).keptLogs({ workload: own })).length > 0 ? own : there
  }

  async function* read(
    of: LogSubject,
    { signal, ...input }: LogInput & { signal: AbortSignal | undefined },
  ): AsyncGenerator<InstanceLogLine> {
    const { tail, follow, after, since, grep, previous } = input
    const options: LogReadOptions = {
      ...{ tail, follow },
      ...(after && { after }),
      ...(since !== undefined && { since: new Date(since).toISOString() }),
      ...(grep !== undefined && { grep }),
      ...(previous && { previous }),
      ...(signal && { signal }),
    }
    try {
      yield* inNetwork(deps).readLogs(of, options)
    } catch (error) {
      throw toFailure(error, deps.logger)
    }
  }

  return {
    logs: workloads.logs.handler(async ({ input, signal }) => {
      const { name: said, instance, ...options } = input
      const name = await keptName(said)
      await mustBeKnown(inNetwork(deps), { workload: name })
      const of = { workload: name, ...(instance !== undefined && { instance }) }
      return read(of, { ...options, signal })
    }),
    instanceLogs: workloads.instanceLogs.handler(async ({ input, signal }) => {
      const { id, ...options } = input
      await mustBeKnown(inNetwork(deps), { instance: id })
      return read({ instance: id }, { ...options, signal })
    }),
    keptLogs: workloads.keptLogs.handler(async ({ input }) => {
      const parts = inNetwork(deps)
      const called = new Map(
        parts.membership.list().map(({ id, profile }) => [`${id}`, profile.name]),
      )
      const kept = await parts.keptLogs({ workload: await keptName(input.name) })
      return {
        logs: kept.map(({ workload: _, lines: __, lastAt, ...log }) => ({
          ...log,
          nodeName: called.get(log.node) ?? '',
          lastAt: lastAt || log.since,
        })),
      }
    }),
  }
}

/** What nobody wants or runs, and nobody keeps a log of, was never there. */
async function mustBeKnown(parts: NetworkParts, of: LogSubject): Promise<void> {
  const { workloads, instances } = parts.placementInput()
  const wanted = workloads.some(({ workload }) => workload.name === of.workload)
  const runs = instances.some((one) => one.workload === of.workload || one.id === of.instance)
  if (wanted || runs || (await parts.keptLogs(of)).length > 0) return
  const what = of.workload === undefined ? `instance “${of.instance}”` : `workload “${of.workload}”`
  throw failure('NOT_FOUND', `There is no ${what}, and nobody keeps a log of one.`, {
    what: of.workload === undefined ? 'instance' : 'workload',
  })
}

interface LogInput {
  tail: number | 'all'
  follow: boolean
  after?: string[] | undefined
  since?: string | undefined
  grep?: string | undefined
  previous: boolean
}
