import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import { describe, expect, it } from 'vitest'
import { createMemoryLogger } from '../../../base/log/index.ts'
import { createMemoryNode } from '../../testing/memory-node.ts'
import { type DoorClient, describeDoor } from '../door.suite.ts'
import { createIpcDoor, type PortLike } from './index.ts'

describeDoor('the IPC door', async (node) => {
  const { port1, port2 } = new MessageChannel()
  const door = createIpcDoor({ router: node.router, logger: createMemoryLogger() })
  const detach = door.attach(asPort(port1))
  port1.start()
  port2.start()
  const client: DoorClient = createORPCClient(new RPCLink({ port: port2 }))
  return {
    client,
    async close() {
      detach()
      port1.close()
    },
  }
})

describe('the IPC door', () => {
  it('drops what is no request and goes on', async () => {
    const node = createMemoryNode()
    const logger = createMemoryLogger()
    const { port1, port2 } = new MessageChannel()
    const detach = createIpcDoor({ router: node.router, logger }).attach(asPort(port1))
    port1.start()
    port2.start()
    const client: DoorClient = createORPCClient(new RPCLink({ port: port2 }))
    port2.postMessage({ i: '1', p: { u: '/node/status' } })
    expect((await client.node.health()).status).toBe('ok')
    expect(logger.lines.map(({ message }) => message)).toEqual([
      'A message that is no request was dropped.',
    ])
    detach()
    port1.close()
  })
})

function asPort(port: InstanceType<typeof MessageChannel>['port1']): PortLike {
  return {
    postMessage: (message) => port.postMessage(message),
    addEventListener: (type, listener) =>
      port.addEventListener(type, (event) =>
        listener({ data: event instanceof MessageEvent ? event.data : undefined }),
      ),
  }
}
