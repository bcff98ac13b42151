/**
 * `npm run demo`: three nodes on this machine, each with a home of its own, one network, and the
 * sample service with three replicas. Ctrl+C ends and removes all of it.
 */
import path from 'node:path'
import { untilStopSignal } from '../cli/stop-signal.ts'
import { createCluster, running } from '../e2e/harness/cluster.ts'

const SAMPLE = path.resolve(import.meta.dirname, '../assets/sample')

console.log('Starting three nodes: ada founds a network, ben joins by invite, cleo by seed file.')
const ended = untilStopSignal(process)
const cluster = await createCluster({ engines: false })

try {
  const [ada] = cluster.nodes
  for (const node of cluster.nodes)
    console.log(`  ${node.name.padEnd(5)} ${node.api}  home ${node.home}`)

  console.log('Building, signing and deploying the sample service with three replicas.')
  const built = await ada.json<{ file: string }>(
    ...['bundle', 'build', '--manifest', path.join(SAMPLE, 'manifest.json')],
    ...['--program', path.join(SAMPLE, 'greeter.mjs'), '--out', ada.home],
  )
  await ada.json('deploy', '--bundle', built.file, '--name', 'greeter', '--replicas', '3', '--wait')
  await running(ada, 'greeter', { replicas: 3, on: 3 })

  const port = new URL(ada.edge).port
  console.log(`\nOpen http://greeter.localhost:${port}/`)
  console.log('Load it again and again: the three replicas take turns.')
  for (const node of cluster.nodes) console.log(`  through ${node.name}: ${node.edge}/greeter/`)
  const { stdout } = await ada.cli('open', '--print')
  if (stdout.trim()) console.log(`\nThe window of ada: ${stdout.trim()}`)
  console.log('\nCtrl+C ends and removes it.')
  if (process.env.DEMO_ONCE) console.log('DEMO_ONCE is set: ending now.')
  else await ended
} finally {
  console.log('Ending the three nodes and removing their homes.')
  await cluster.remove()
}
