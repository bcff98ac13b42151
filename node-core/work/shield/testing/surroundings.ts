/** All that a workload of this computer might reach or speak to, for tests that look from inside of one. */
import { createSocket } from 'node:dgram'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Ipv4Range, parseRange } from '../../addresses/index.ts'
import { until } from '../../runners/runner.suite.ts'
import { createNeighbours, NEIGHBOUR_PORT, type Neighbours } from './neighbours.ts'

export interface Surroundings {
  near: Neighbours
  /** What the owner of this computer opens. */
  opened: readonly Ipv4Range[]
  /** A server of this computer, at all of its addresses. */
  hostPort: number
  /** A part of the Internet, as far as the test goes. */
  outside: string
  /** What no workload may reach, by what it is. */
  shut: Readonly<Record<string, string>>
  /** Where it is listened for what is said to `group`. */
  groupPort: number
  /** Of the interface that has this address. */
  joinGroup(address: string): void
  leaveGroup(address: string): void
  /** Whether the word was heard, once all that was said before is. */
  wasHeard(word: string): Promise<boolean>
  close(): void
}

export async function createSurroundings(group: string): Promise<Surroundings> {
  const near = createNeighbours()
  const host = createServer((_, response) => response.end('hello\n'))
  await new Promise<void>((resolve) => host.listen(0, '::', resolve))
  const { port: hostPort } = host.address() as AddressInfo
  const words = new Set<string>()
  const heard = createSocket({ type: 'udp4', reuseAddr: true })
  // Also in what a program wraps it in.
  heard.on('message', (message) => words.add(/[a-z ]{5,}/.exec(String(message))?.[0] ?? ''))
  await new Promise<void>((resolve) => heard.bind(0, resolve))
  const groupPort = heard.address().port
  const at = (address: string): string => `${address}:${NEIGHBOUR_PORT}`
  const home = Object.entries(near.home).map(([name, address]) => [name, at(address)])
  return {
    ...{ near, hostPort, groupPort, outside: at(near.outside[0]) },
    opened: [parseRange(near.opened)].filter((range) => range !== undefined),
    shut: {
      ...Object.fromEntries(home),
      'this computer, by its public address': `${near.own}:${hostPort}`,
    },
    joinGroup: (address) => heard.addMembership(group, address),
    leaveGroup: (address) => heard.dropMembership(group, address),
    async wasHeard(word) {
      // This computer's own word after it comes last.
      heard.send(`after ${word}`, groupPort, '127.0.0.1')
      await until(() => words.has(`after ${word}`))
      return words.has(word)
    },
    close() {
      host.close()
      heard.close()
      near.close()
    },
  }
}
