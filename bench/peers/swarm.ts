/** Docker Swarm on an engine of a test: one service whose tasks publish their port on the host. */
import { execFile } from 'node:child_process'
import { request } from 'node:http'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Engine } from '../../e2e/harness/engine.ts'
import { askEngine, pidOf } from '../engine-socket.ts'
import { freePort } from '../processes.ts'

const run = promisify(execFile)

/** A container of the service that runs, and where it is reached. */
export interface Task {
  id: string
  pid: number
  port: number
  image: string
}

export interface Swarm {
  create(name: string, options: { image: string; replicas: number }): Promise<void>
  /** Only asks for it. */
  update(name: string, image: string): Promise<void>
  remove(name: string): Promise<void>
  /** Of containers that run now. */
  tasks(name: string): Promise<Task[]>
  /** Told of each container that starts, and of each that is about to end or has. */
  watch(told: { onStart: () => void; onEnd: (id: string) => void }): { stop(): void }
  leave(): void
}

const LISTED = z.array(
  z.object({
    Id: z.string(),
    Image: z.string(),
    Ports: z.array(z.object({ PublicPort: z.number().optional() })),
  }),
)
const EVENT = z.object({ Action: z.string(), Actor: z.object({ ID: z.string() }) })

export async function createSwarm(engine: Engine): Promise<Swarm> {
  const socketPath = engine.host.replace('unix://', '')
  const docker = (...args: string[]) => run('docker', ['-H', engine.host, ...args])
  const listen = `127.0.0.1:${await freePort()}`
  await docker('swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', listen)

  return {
    async create(name, { image, replicas }) {
      await docker(
        ...['service', 'create', '-d', '-q', '--name', name, '--replicas', String(replicas)],
        // Its routing mesh needs more of a kernel than every one has: tasks publish on the host.
        ...['--network', 'bridge', '--publish', 'mode=host,target=80'],
        ...['--restart-delay', '0s', image],
      )
    },
    async update(name, image) {
      const how = ['--update-order', 'start-first', '--update-parallelism', '1']
      await docker(
        ...['service', 'update', '-d', '-q', ...how, '--update-delay', '0s'],
        ...['--image', image, name],
      )
    },
    async remove(name) {
      await docker('service', 'rm', name)
    },
    async tasks(name) {
      const label = [`com.docker.swarm.service.name=${name}`]
      const filters = encodeURIComponent(JSON.stringify({ label, status: ['running'] }))
      const found = LISTED.parse(
        await askEngine(engine.host, `/containers/json?filters=${filters}`),
      )
      const tasks = await Promise.all(
        found.map(async ({ Id: id, Image: image, Ports }): Promise<Task[]> => {
          const port = Ports.find(({ PublicPort }) => PublicPort)?.PublicPort
          const pid = await pidOf(engine.host, id)
          return port && pid ? [{ id, pid, port, image }] : []
        }),
      )
      return tasks.flat()
    },
    watch({ onStart, onEnd }) {
      const filters = { type: ['container'], event: ['start', 'die', 'kill'] }
      const path = `/events?filters=${encodeURIComponent(JSON.stringify(filters))}`
      let rest = ''
      const asked = request({ socketPath, path }, (answer) => {
        answer.setEncoding('utf8').on('data', (text) => {
          const lines = (rest + text).split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines) {
            const event = EVENT.parse(JSON.parse(line))
            if (event.Action === 'start') onStart()
            else onEnd(event.Actor.ID)
          }
        })
      })
      asked.on('error', () => {}).end()
      return { stop: () => asked.destroy() }
    },
    leave() {
      engine.docker('swarm', 'leave', '--force')
    },
  }
}
