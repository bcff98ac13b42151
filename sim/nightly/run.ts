/**
 * `npm run sim:nightly -- [--minutes N] [--shard K/N] [--seed K]`: all simulators, more of them than in a
 * test run, in pieces of half a minute. After so many minutes (default: 480) it begins no other piece;
 * a shard is every Nth of them, for several machines or nights. Ends with what was done of what.
 */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { PARTS, type Part, type Piece, parseShard, piecesOf, shardOf } from './plan.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '480' },
    shard: { type: 'string', default: '1/1' },
    seed: { type: 'string', default: '1' },
  },
})
/** One of half a minute on a machine that is loaded; what takes longer never ends. */
const PIECE_MS_MAX = 3_600_000
const shard = parseShard(values.shard)
if (!shard) throw new Error(`No such shard: ${values.shard}. The second of eight is 2/8.`)

interface Tally {
  wanted: number
  done: number
  failed: number
  seconds: number
}

const tallies = new Map<Part, Tally>()
const untilMs = performance.now() + Number(values.minutes) * 60_000
const pieces = shardOf(piecesOf(PARTS, Number(values.seed)), shard)
for (const { part, count } of pieces) tallyOf(part).wanted += count
for (const piece of pieces) if (performance.now() < untilMs) await run(piece)

const all = [...tallies.values()]
const sum = (of: (tally: Tally) => number): number => all.reduce((so, tally) => so + of(tally), 0)
console.log(
  `\n${'part'.padEnd(26)}${'seeds'.padStart(15)}${'failed'.padStart(8)}${'s'.padStart(8)}`,
)
for (const [{ name }, { wanted, done, failed, seconds }] of tallies) {
  const seeds = `${done} of ${wanted}`.padStart(15)
  console.log(
    `${name.padEnd(26)}${seeds}${`${failed}`.padStart(8)}${seconds.toFixed(0).padStart(8)}`,
  )
}
const left = sum(({ wanted, done }) => wanted - done)
console.log(left > 0 ? `Time was up: ${left} seeds were not run.` : 'All seeds were run.')
console.log(`${sum(({ done }) => done)} seeds, ${sum(({ failed }) => failed)} failed.`)
process.exitCode = sum(({ failed }) => failed) > 0 ? 1 : 0

function tallyOf(part: Part): Tally {
  const tally = tallies.get(part) ?? { wanted: 0, done: 0, failed: 0, seconds: 0 }
  tallies.set(part, tally)
  return tally
}

/** In a process of its own, so that one that never ends, or dies, ends that piece alone. */
async function run({ part, first, count }: Piece): Promise<void> {
  const tally = tallyOf(part)
  const startedMs = performance.now()
  const { code, said } = await output([...part.args, '--seed', `${first}`, '--seeds', `${count}`])
  tally.done += count
  tally.seconds += (performance.now() - startedMs) / 1_000
  const failed = Number(/, (\d+) failed\.\s*$/.exec(said)?.[1] ?? 0)
  const counted = code !== 0 ? Math.max(1, failed) : failed
  tally.failed += counted
  const last = first + count - 1
  console.log(`${part.name}, seeds ${first} to ${last}: ${counted} failed.`)
  if (counted > 0) console.log(said)
}

function output(args: readonly string[]): Promise<{ code: number | null; said: string }> {
  const program = path.resolve(import.meta.dirname, '../run.ts')
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: PIECE_MS_MAX,
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => {
        said += bytes
      })
    }
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, said }))
  })
}
