/** `npm run bench [-- NAME …] [--write] [--rounds=N]`: each benchmark beside its peer, in the same run. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { deployBench } from './deploy.ts'
import { edgeBench } from './edge.ts'
import { enginesBench } from './engines.ts'
import { floodBench } from './flood.ts'
import { footprintBench } from './footprint.ts'
import { imagesBench } from './images.ts'
import { loopBench } from './loop.ts'
import { meshBench } from './mesh.ts'
import { placementBench } from './placement.ts'
import { interrupt } from './processes.ts'
import { recoveryBench } from './recovery.ts'
import { registryBench } from './registry.ts'
import { type Bench, machine, renderRows } from './report.ts'
import { servicesBench } from './services.ts'
import { startupBench } from './startup.ts'
import { wakeBench } from './wake.ts'

const BENCHES: readonly Bench[] = [
  footprintBench,
  startupBench,
  meshBench,
  deployBench,
  wakeBench,
  servicesBench,
  imagesBench,
  placementBench,
  loopBench,
  edgeBench,
  floodBench,
  registryBench,
  enginesBench,
  recoveryBench,
]
const PAGE = path.resolve(import.meta.dirname, '../docs/BENCHMARKS.md')

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const write = process.argv.includes('--write')
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.exitCode = 130
    interrupt()
  })
}
console.log(machine())
for (const bench of BENCHES) {
  if (process.exitCode === 130) break
  if (wanted.length > 0 && !wanted.includes(bench.name)) continue
  console.log(`\n## ${bench.title}\n`)
  const reason = bench.unavailable()
  if (reason) {
    console.log(`skipped: ${reason}`)
    continue
  }
  try {
    const table = renderRows(await bench.run())
    console.log(table)
    if (write) keep(bench, table)
  } catch (error) {
    console.error('failed:', error)
    process.exitCode ||= 1
  }
}

/** Replaces what stands between this benchmark's markers in docs/BENCHMARKS.md. */
function keep(bench: Bench, table: string): void {
  const page = readFileSync(PAGE, 'utf8')
  const start = `<!-- ${bench.name} -->`
  const stop = `<!-- /${bench.name} -->`
  const from = page.indexOf(start)
  const to = page.indexOf(stop)
  if (from < 0 || to < 0) throw new Error(`docs/BENCHMARKS.md has no place for ${bench.name}.`)
  const kept = `${start}\nMeasured on ${machine()}.\n\n${table}${stop}`
  writeFileSync(PAGE, page.slice(0, from) + kept + page.slice(to + stop.length))
}
