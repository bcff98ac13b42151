import { idOf, makeNode, minutesAgo } from '../shapes.ts'
import { IMAGES, members } from './busy.ts'
import type { Scenario } from './scenario.ts'
import { makeStatus, primaryOf } from './status.ts'

const EMPTY = {
  ...{ nodes: [], members: [], workloads: [], secrets: [], versions: {}, reclaimableBytes: 0 },
  ...{ keptLogs: {}, runs: {}, volumes: [], leftVolumes: [], audit: [] },
  ...{ images: [], bundles: [], proposals: [] },
}

/** Before any network. */
export function newScenario(): Scenario {
  const { network: _, ...status } = makeStatus({ peers: 0, discoveryTier: 'none' })
  return { ...EMPTY, status }
}

/** Asked to be let in. */
export function waitingScenario(): Scenario {
  const { network: _, ...status } = makeStatus({
    peers: 0,
    awaitingApproval: { network: idOf('Elm Street'), name: 'Elm Street', since: minutesAgo(3) },
  })
  return { ...EMPTY, status }
}

/** In a network that another program keeps from starting here. */
export function notStartedScenario(): Scenario {
  const { network: _, ...status } = makeStatus({
    ...{ peers: 0, discoveryTier: 'none', starting: 'Elm Street' },
    degraded: [
      {
        code: 'NETWORK_NOT_STARTED',
        message:
          'Another program listens on this node’s mesh port (4000): end it, or choose another: listen under [network] in config.toml, or --listen.',
      },
    ],
  })
  return { ...EMPTY, status }
}

/** A network of one computer. */
export function aloneScenario(): Scenario {
  return {
    ...EMPTY,
    status: makeStatus({
      ...{ peers: 0, discoveryTier: 'primary' },
      primary: primaryOf({ voters: [idOf('attic')], mayFail: 0, advice: 'moreComputers' }),
    }),
    nodes: [
      makeNode({
        ...{ name: 'attic', self: true, role: 'sclerotia' },
        ...{ backbone: 'dedicated', committee: { role: 'leader' } },
      }),
    ],
    members: members().slice(0, 1),
    images: IMAGES,
  }
}
