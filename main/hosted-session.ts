import { createRouterClient } from '@orpc/server'
import { createIpcDoor } from '../node-core/api/doors/ipc/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import { createNode, type NodeConfig } from '../node-core/node.ts'
import { API_PORT, EDGE_PORT } from './limits.ts'
import type { NodeSession } from './node-session.ts'
import { preferPort } from './ports.ts'

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
  const apiPort = config.apiPort ?? (await preferPort(API_PORT))
  const edgePort = config.edgePort ?? (await preferPort(EDGE_PORT))
  if (apiPort === 0 || edgePort === 0)
    deps.logger.info('Another program has an expected port; any free one is used.', {
      apiPort,
      edgePort,
    })
  const node = createNode({ ...config, apiPort, edgePort }, { ...host, keepsTrying: true })
  await node.start()
  const door = createIpcDoor({ router: node.router, logger: deps.logger.child('window') })
  return {
    kind: 'hosted',
    client: createRouterClient(node.router, { context: {} }),
    attach: (port) => door.attach(port),
    onEnd: () => {},
    stop: () => node.stop(),
  }
}
