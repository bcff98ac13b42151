/** Networks of the engine, each a link of its own on the engine's computer. */
import { z } from 'zod'
import type { Ask } from './engine-answers.ts'
import { statusOf } from './engine-errors.ts'
import { START_MS } from './limits.ts'

export interface EngineNetwork {
  name: string
  labels: Readonly<Record<string, string>>
  /** The device's name; undefined where we did not give it. */
  link: string | undefined
}

export interface NetworkRequest {
  name: string
  link: string
  /** A range: `198.19.7.0/24`. */
  subnet: string
  labels: Record<string, string>
}

export interface EngineNetworks {
  networks(labelFilter: string[]): Promise<EngineNetwork[]>
  /** Containers in it do not reach each other. */
  createNetwork(request: NetworkRequest): Promise<void>
  /** Those that no container is in. */
  removeIdleNetworks(labelFilter: string[]): Promise<void>
}

const LINK = 'com.docker.network.bridge.name'
/** Of a network that containers are in. */
const IN_USE = 403
const APART = { 'com.docker.network.bridge.enable_icc': 'false' }

const network = z.object({
  Name: z.string(),
  Labels: z.record(z.string(), z.string()).nullish(),
  Options: z.record(z.string(), z.string()).nullish(),
})

/** @param ask One answer in time, with the engine's refusals in our codes. */
export function engineNetworks(ask: Ask): EngineNetworks {
  return {
    async networks(labelFilter) {
      const found: unknown = await ask((docker, abortSignal) =>
        docker.listNetworks({ filters: { label: labelFilter }, abortSignal }),
      )
      return z
        .array(network)
        .parse(found)
        .map(({ Name, Labels, Options }) => {
          return { name: Name, labels: Labels ?? {}, link: Options?.[LINK] }
        })
    },

    async createNetwork({ name, link, subnet, labels }) {
      const wanted = { Name: name, CheckDuplicate: true, Driver: 'bridge', EnableIPv6: false }
      await ask(
        (docker, abortSignal) =>
          docker.createNetwork({
            ...{ ...wanted, Labels: labels, Options: { [LINK]: link, ...APART } },
            ...{ IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] }, abortSignal },
          }),
        { timeoutMs: START_MS },
      )
    },

    // Not by pruning, of which an engine does one at a time and refuses the others.
    async removeIdleNetworks(labelFilter) {
      for (const { name } of await this.networks(labelFilter)) {
        await ask((docker) => docker.getNetwork(name).remove()).catch((error) => {
          const status = statusOf(error)
          if (status !== IN_USE && status !== 404) throw error
        })
      }
    },
  }
}
