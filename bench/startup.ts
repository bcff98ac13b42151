/** Start of the process to its ready line, beside a bare js-libp2p host, in turn. */
import path from 'node:path'
import { prepareNetwork } from './network.ts'
import { end, firstLine, start } from './processes.ts'
import { type Bench, median, type Row } from './report.ts'

const ROUNDS = 7
const HOST = path.join(import.meta.dirname, 'peers/libp2p-host.mjs')

export const startupBench: Bench = {
  name: 'startup',
  title: 'Start to ready',
  unavailable: () => undefined,
  run: compare,
}

async function compare(): Promise<Row[]> {
  const network = await prepareNetwork(1)
  const ours: number[] = []
  const peer: number[] = []
  try {
    // The first round of each only fills the caches of compiled code.
    for (let round = 0; round <= ROUNDS; round++) {
      const node = await network.homes[0]!.up()
      const hostMs = await startHost()
      if (round > 0) {
        ours.push(node.readyAtMs - node.startedAtMs)
        peer.push(hostMs)
      }
      await end(node.child, 'SIGTERM')
    }
  } finally {
    await network.remove()
  }
  return [
    {
      what: 'process start to ready line',
      ours: `${Math.round(median(ours))} ms`,
      peer: `${Math.round(median(peer))} ms`,
      ratio: median(ours) / median(peer),
      aim: '',
      note: 'A home in a network of one: API, mesh, edge and database open. Peer: a libp2p host.',
    },
  ]
}

async function startHost(): Promise<number> {
  const startedMs = performance.now()
  const child = start([process.execPath, HOST])
  try {
    return (await firstLine(child, /^READY/)).atMs - startedMs
  } finally {
    await end(child)
  }
}
