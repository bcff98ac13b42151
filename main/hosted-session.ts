import { createRouterClient } from '@orpc/server'
import { createIpcDoor } from '../node-core/api/doors/ipc/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import { createNode, type NodeConfig } from '../node-core/node.ts'
import { choosePort, type PortChoice } from './kept-port.ts'
import { type PortOf, readKeptPort, writeKeptPort } from './kept-port-file.ts'
import { API_PORT, EDGE_PORT } from './limits.ts'
import type { NodeSession } from './node-session.ts'
import { isPortFree, pickFreePort } from './ports.ts'

export interface HostedSessionDeps {
  config: NodeConfig
  logger: Logger
  /** The version of Electron. */
  electron: string
  /** Somebody ended the node through the API: the app ends with it. */
  onStopRequested: () => void
}

/** Starts the node in this process. */
export async function startHostedSession(deps: HostedSessionDeps): Promise<NodeSession> {
  const { config, ...host } = deps
  const { home } = config
  const api =
    config.apiPort === undefined
      ? await choose(home, { of: 'api', expected: API_PORT, host: undefined })
      : undefined
  const edge =
    config.edgePort === undefined
      ? await choose(home, { of: 'edge', expected: EDGE_PORT, host: config.edgeHost })
      : undefined
  const ports = {
    ...(api && { apiPort: api.port, apiPortWanted: api.wanted }),
    ...(edge && { edgePort: edge.port, edgePortWanted: edge.wanted }),
  }
  if (api?.port !== api?.wanted || edge?.port !== edge?.wanted)
    deps.logger.info('Another program has an expected port; a free one is used.', ports)
  const node = createNode({ ...config, ...ports }, { ...host, keepsTrying: true })
  await node.start()
  // Not before: another process may have had the home, and its node the ports.
  if (api) writeKeptPort({ home, of: 'api' }, api.keep, deps.logger)
  if (edge) writeKeptPort({ home, of: 'edge' }, edge.keep, deps.logger)
  const door = createIpcDoor({ router: node.router, logger: deps.logger.child('window') })
  return {
    kind: 'hosted',
    client: createRouterClient(node.router, { context: {} }),
    attach: (port) => door.attach(port),
    onEnd: () => {},
    stop: () => node.stop(),
  }
}

function choose(
  home: string,
  { of, expected, host }: { of: PortOf; expected: number; host: string | undefined },
): Promise<PortChoice> {
  return choosePort(readKeptPort(home, of, expected), expected, {
    isFree: (port) => isPortFree(port, host),
    pickFree: () => pickFreePort(host),
  })
}
