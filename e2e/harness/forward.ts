/**
 * Into a network namespace: a node answers on the loopback of its own, and a socket in the file system
 * is reached from everywhere.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { Agent, type Dispatcher } from 'undici'
import { until } from './waiting.ts'

export interface Forward {
  /** Makes a request to the node's own address go through. */
  readonly dispatcher: Dispatcher
  readonly socketPath: string
  end(): void
}

const PROGRAM = `
const net = require('node:net')
const [socket, port] = process.argv.slice(1)
net.createServer((near) => {
  const far = net.connect(Number(port), '127.0.0.1')
  near.pipe(far).pipe(near)
  near.on('error', () => far.destroy())
  far.on('error', () => near.destroy())
}).listen(socket)`

let made = 0

export async function createForward(
  namespace: string,
  folder: string,
  address: string,
): Promise<Forward> {
  const socketPath = path.join(folder, `door-${++made}`)
  const inside = [process.execPath, '-e', PROGRAM, socketPath, new URL(address).port]
  const child: ChildProcess = spawn('ip', ['netns', 'exec', namespace, ...inside], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await until(`the way into ${namespace}`, 10_000, () => existsSync(socketPath), 20)
  return {
    socketPath,
    dispatcher: new Agent({ connect: { socketPath } }),
    end: () => void child.kill('SIGKILL'),
  }
}
