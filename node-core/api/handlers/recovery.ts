import { toTimestamp } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { LateCommand, LateReport, LateRow } from '../../control/primary/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { failure } from './failures.ts'
import type { ApiDeps } from './index.ts'
import { jsonOf } from './plain-json.ts'

/** When a committee has lost its majority for good. */
export function recoveryHandlers(build: Builder, deps: ApiDeps) {
  const { recovery } = build
  const own = () => inNetwork(deps).primary.recovery
  const reportsOf = (era: number): LateReport[] => {
    const found = own()
      .reports()
      .filter((report) => report.era === era)
    if (found.length > 0) return found
    throw failure('NOT_FOUND', `There is no report of late writes of era ${era} here.`)
  }
  return {
    show: recovery.show.handler(async () => {
      const reports = own().reports().map(headOf)
      try {
        const { voters, missing, later, unproven, ...plan } = await own().plan()
        const nodes = { voters: [...voters], missing: [...missing], later: [...later] }
        return { plan: { ...plan, ...nodes, unproven: [...unproven] }, reports }
      } catch (error) {
        if (!(error instanceof MyceliumError)) throw error
        const { code, message } = error
        return { refused: { code, message }, reports }
      }
    }),
    start: recovery.start.handler(async ({ input }) => {
      const { era, anyway, withoutWitness } = input
      const plan = await own().plan()
      if (plan.era !== era) throw failure('CONFLICT', `The committee is of era ${plan.era} now.`)
      return own().recover({ anyway, withoutWitness })
    }),
    report: recovery.report.handler(({ input }) => {
      const { era, offset, limit } = input
      const reports = reportsOf(era)
      const end = offset + limit
      return {
        commands: reports
          .flatMap(({ commands }) => commands)
          .slice(offset, end)
          .map(commandOf),
        rows: reports
          .flatMap(({ rows }) => rows)
          .slice(offset, end)
          .map(rowOf),
      }
    }),
    discard: recovery.discard.handler(async ({ input }) => {
      reportsOf(input.era)
      await own().discard(input.era)
      return {}
    }),
  }
}

function headOf({ atMs, commands, rows, ...head }: LateReport) {
  return { ...head, at: toTimestamp(atMs), commands: commands.length, rows: rows.length }
}

function commandOf({ timeMs, body, ...command }: LateCommand) {
  return { ...command, at: toTimestamp(timeMs), body: jsonOf(body) }
}

function rowOf({ value, ...row }: LateRow) {
  return { ...row, value: Buffer.from(value).toString('base64') }
}
