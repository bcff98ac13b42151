import { createRouterClient } from '@orpc/server'
import { createIpcDoor } from '../node-core/api/doors/ipc/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import { createNode, type NodeConfig } from '../node-core/node.ts'
import { chooseEdgePort } from './edge-port.ts'
import { readEdgePorts, writeEdgePorts } from './edge-port-file.ts'
import { API_PORT } from './limits.ts'
import type { NodeSession } from './node-session.ts'
import { isPortFree, pickFreePort, preferPort } from './ports.ts'

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
  const { home, edgeHost } = config
  const apiPort = config.apiPort ?? (await preferPort(API_PORT))
  const edge =
    config.edgePort === undefined
      ? await chooseEdgePort(readEdgePorts(home), {
          isFree: (port) => isPortFree(port, edgeHost),
          pickFree: () => pickFreePort(edgeHost),
        })
      : undefined
  if ((apiPort === 0 && config.apiPort === undefined) || edge?.port !== edge?.wanted)
    deps.logger.info('Another program has an expected port; a free one is used.', {
      apiPort,
      ...(edge && { edgePort: edge.port, edgePortWanted: edge.wanted }),
    })
  const ports = { apiPort, ...(edge && { edgePort: edge.port, edgePortWanted: edge.wanted }) }
  const node = createNode({ ...config, ...ports }, { ...host, keepsTrying: true })
  await node.start()
  // Not before: another process may have had the home, and its edge the port.
  if (edge) writeEdgePorts(home, edge.keep, deps.logger)
  const door = createIpcDoor({ router: node.router, logger: deps.logger.child('window') })
  return {
    kind: 'hosted',
    client: createRouterClient(node.router, { context: {} }),
    attach: (port) => door.attach(port),
    onEnd: () => {},
    stop: () => node.stop(),
  }
}
