/** What a benchmark returns, and how a run of several is printed and kept. */
import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'

export interface Row {
  what: string
  ours: string
  peer: string
  /** Ours over the peer's, in the same run; undefined where there is no peer. */
  ratio?: number
  /** `≤ 1.25 ×`, as `quality` asks. */
  aim: string
  /** Undefined: no aim to meet. */
  met?: boolean
  note?: string
}

export interface Bench {
  /** `npm run bench -- NAME` */
  name: string
  title: string
  /** Why it cannot run here, or undefined. */
  unavailable(): string | undefined
  run(): Promise<Row[]>
}

export function renderRows(rows: readonly Row[]): string {
  const head = '| What | Ours | Peer | Ratio | Aim | Met |\n|---|---|---|---|---|---|\n'
  const lines = rows.map((row) => {
    const met = row.met === undefined ? '' : row.met ? 'yes' : '**no**'
    const ratio = row.ratio === undefined ? '' : `${row.ratio.toFixed(2)} ×`
    return `| ${row.what} | ${row.ours} | ${row.peer} | ${ratio} | ${row.aim} | ${met} |`
  })
  const notes = rows.flatMap((row) => (row.note ? [`- ${row.what}: ${row.note}`] : []))
  return `${head}${lines.join('\n')}\n${notes.length > 0 ? `\n${notes.join('\n')}\n` : ''}`
}

export function machine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor'
  const memoryGib = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} × ${model}, ${memoryGib} GiB, Node ${process.version}`
}

export function has(program: string): boolean {
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const high = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2
}

/** The value that `share` of them do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
