/** Connections to a workload's TCP port from this node, wherever its instances run. */
import type { Duplex } from 'node:stream'
import { MyceliumError } from '../../base/errors/index.ts'
import type { EdgeDeps, Endpoint } from './index.ts'
import { createRotation } from './rotation.ts'
import { createUpstreams } from './upstreams.ts'

export interface DialerDeps extends Omit<EdgeDeps, 'endpoints'> {
  /** Undefined for a workload nobody has. */
  endpoints(workload: string, port: number): readonly Endpoint[] | undefined
}

export interface Dialer {
  /** To the next healthy endpoint that takes it. Throws NO_ENDPOINT when none does. */
  connect(workload: string, port: number): Promise<Duplex>
}

export function createDialer(deps: DialerDeps): Dialer {
  const rotation = createRotation()
  const upstreams = createUpstreams({ ...deps, endpoints: { endpoints: () => undefined } })
  return {
    async connect(workload, port) {
      const nowMs = deps.clock.monotonicMs()
      const found = deps.endpoints(workload, port) ?? []
      const tried: string[] = []
      for (const endpoint of rotation.next(`${workload}:${port}`, found, nowMs)) {
        try {
          return await upstreams.connect(endpoint)
        } catch (error) {
          rotation.rest(endpoint, deps.clock.monotonicMs())
          tried.push(`${endpoint.instance}: ${error instanceof Error ? error.message : error}`)
        }
      }
      const message = `Nothing healthy of ${workload} answers at port ${port}.`
      throw new MyceliumError('NO_ENDPOINT', message, { details: { tried } })
    },
  }
}
