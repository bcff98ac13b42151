import { createServer } from 'node:http'
import { createSystemClock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { parseWorkload } from '../spec/index.ts'
import { describeRunner } from './runner.suite.ts'
import { createSimEngine, type SimPorts } from './sim-runner.ts'

/** Real listeners, so that the suite's own checks of ports hold for the simulated runner too. */
const openPort: SimPorts = (hostPort) =>
  new Promise((resolve, reject) => {
    const server = createServer((_, answer) => answer.end('here'))
    server.once('error', () => reject(new MyceliumError('PORT_TAKEN', 'The port is taken.')))
    server.listen(hostPort ?? 0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      const close = (): void => {
        server.close()
        server.closeAllConnections()
      }
      resolve({ port, close })
    })
  })

describeRunner('the simulated runner', async () => {
  const engine = createSimEngine({
    clock: createSystemClock(),
    openPort,
    program: ({ workload }) => {
      if (workload.name === 'talks') return { lines: ['one', 'two', 'three'] }
      if (workload.name === 'leaves') {
        return { lines: ['leaving'], exits: { afterMs: 20, code: 3 } }
      }
      return {}
    },
  })
  return {
    runner: () => engine.runner({ node: 'here' }),
    foreignRunner: () => engine.runner({ node: 'there' }),
    workload: (behaviour) =>
      parseWorkload({
        name: behaviour,
        containers: [{ image: 'sim', ports: [{ containerPort: 80 }] }],
      }),
    async close() {
      for (const id of [...engine.held.keys()]) engine.remove(id)
    },
  }
})
