/** Runs of a job in a table, and with more words each of their slots. */
import type { Outputs } from '../node-client.ts'
import { copyName } from './copy-name.ts'
import { table } from './table.ts'

type Run = Outputs['workloads']['runs']['runs'][number]
type Result = Run['results'][number]

export function runsText(name: string, runs: readonly Run[], verbose: boolean): string {
  if (runs.length === 0) return `${name} has not run yet.`
  const text = table(
    ['RUN', 'DUE', 'ENDED', 'OUTCOME', 'WELL', 'NOT', 'HOW'],
    runs.map((run) => [
      String(run.run),
      run.dueAt,
      run.endedAt ?? '',
      run.code === undefined ? run.outcome : `${run.outcome} (${run.code})`,
      String(run.succeeded),
      String(run.failed),
      howText(name, run),
    ]),
  )
  const slots = runs.flatMap((run) => run.results.map((one) => slotRow(name, run, one)))
  if (!verbose || slots.length === 0) return text
  return `${text}\n\n${table(['RUN', 'SLOT', 'NODE', 'ATTEMPT', 'ENDED', 'HOW'], slots)}`
}

/** Those that failed come first. */
function howText(name: string, { results, succeeded, failed }: Run): string {
  const [first, second] = results
  // Not of all of many is kept how they ended.
  const more = succeeded + failed - results.length
  if (first && !second && more <= 0) {
    return `${copyName(name, first.index)} on ${first.nodeName}: ${codeText(first)}`
  }
  const counts = [...Map.groupBy(results, codeText)].map(
    ([how, { length }]) => `${length} × ${how}`,
  )
  return [...counts, ...(more > 0 ? [`${more} more`] : [])].join(', ')
}

function slotRow(name: string, { run }: Run, result: Result): string[] {
  const { index, nodeName, attempt, endedAt } = result
  return [String(run), copyName(name, index), nodeName, String(attempt), endedAt, codeText(result)]
}

function codeText({ exitCode, outcome }: Result): string {
  return exitCode === undefined ? outcome : `exit code ${exitCode}`
}
