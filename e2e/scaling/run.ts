/**
 * `npm run scaling [-- cpu requests queue latency ceiling]`: workloads that are scaled, on two nodes with an
 * engine each, asked through the edges of both. By each measure one copy becomes as many as there may be
 * under load, and one again after it; no request fails, and what a copy has under way when it is to end
 * is answered whole. Takes some two minutes for each; ends with a table, and with 1 where a check failed.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { describeNode, foundTogether } from '../harness/cluster.ts'
import { createEngine, type Engine, enginesUnavailable } from '../harness/engine.ts'
import { importNodeImage } from '../harness/images.ts'
import { createTestNode } from '../harness/node-process.ts'
import { judged } from './judging.ts'
import { IMAGE, type Network, play } from './scene.ts'
import { SCENES } from './scenes.ts'
import { heads, row, tableOf } from './table.ts'

const PROGRAM = path.join(import.meta.dirname, 'program.mjs')
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !SCENES.some((scene) => scene.name === name))
if (unknown.length > 0) refuse(`There are: ${SCENES.map(({ name }) => name).join(', ')}.`)
const missing = enginesUnavailable()
if (missing) refuse(missing)

const from = Date.now()
const say = (line: string): void => {
  console.log(`${((Date.now() - from) / 1_000).toFixed(1).padStart(7)} s  ${line}`)
}

const chosen = SCENES.filter(({ name }) => asked.length === 0 || asked.includes(name))
const network = await form(['ada', 'ben'])
const rows: string[][] = []
const wrong: string[] = []
try {
  for (const scene of chosen) {
    const seen = await play(scene, network, (line) => say(`${scene.name}: ${line}`))
    const failed = judged(scene, seen)
    for (const line of failed) say(`${scene.name}: ${line}`)
    wrong.push(...failed.map((line) => `${scene.name}: ${line}`))
    rows.push([...row(scene, seen), failed.length === 0 ? 'ok' : 'FAILED'])
  }
} catch (error) {
  for (const node of network.nodes) console.log(`# ${node.name}\n${await describeNode(node)}`)
  throw error
} finally {
  await network.remove()
}
console.log(`\n${tableOf([[...heads, ''], ...rows])}`)
console.log(`\nThe load of the computer at the end: ${loadavg().map((one) => one.toFixed(1))}`)
if (wrong.length > 0) console.log(`\n${wrong.join('\n')}`)
process.exitCode = wrong.length === 0 ? 0 : 1

async function form(names: readonly [string, string]) {
  const engines = await Promise.all(names.map((name) => createEngine(name)))
  const nodes = engines.map((engine, at) => {
    return createTestNode(names[at] ?? '', { DOCKER_HOST: engine.host })
  })
  const remove = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.remove()))
    await Promise.all(engines.map((engine) => engine.remove()))
  }
  try {
    giveImage(engines)
    await foundTogether(nodes)
  } catch (error) {
    await remove()
    throw error
  }
  return { nodes: nodes as unknown as Network['nodes'], engines, remove }
}

/** One image for all, so that no copy waits for it: how that comes is another question. */
function giveImage([first, ...others]: readonly Engine[]): void {
  if (!first) return
  importNodeImage(first, IMAGE, PROGRAM)
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-scaled-'))
  const file = path.join(folder, 'image.tar')
  first.docker('save', '--output', file, IMAGE)
  for (const engine of others) engine.docker('load', '--input', file)
  rmSync(folder, { recursive: true })
}

/** In one line: what is to be done is there, and nothing else helps. */
function refuse(why: string): never {
  console.error(why)
  process.exit(2)
}
