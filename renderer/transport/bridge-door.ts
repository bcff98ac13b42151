import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/message-port'
import type { BridgeEnd, BridgeFrame, BridgePort, MyceliumBridge } from './bridge.ts'
import { type Door, type Line, type NodeClient, NoNodeError } from './index.ts'

/** Lines over the desktop app's preload. */
export function createBridgeDoor(bridge: MyceliumBridge): Door {
  return {
    async open() {
      const port = wrapAsMessagePort(bridge)
      const client: NodeClient = createORPCClient(new RPCLink({ port: port.listener }))
      const line: Line = {
        client,
        publish: (file) => client.bundles.publish({ file }),
        closed: port.closed,
        close: port.close,
      }
      // A bridge always opens; whether a node answers behind it shows at the first call.
      try {
        await client.node.health()
      } catch (cause) {
        const why = port.why()
        port.close()
        throw why ? new NoNodeError(why.code, why.message) : cause
      }
      return line
    },
    startNode: bridge.startNode,
  }
}

/** oRPC's port takes extension-style ports, which is the shape that callbacks fit best. */
function wrapAsMessagePort(bridge: MyceliumBridge) {
  const hearMessage = new Set<(frame: unknown) => void>()
  const hearEnd = new Set<() => void>()
  let finish = (): void => {}
  let why: BridgeEnd | undefined
  const closed = new Promise<void>((resolve) => {
    finish = resolve
  })
  const end = (): void => {
    for (const hear of hearEnd) hear()
    hearEnd.clear()
    finish()
  }
  const hearClose = (said?: BridgeEnd): void => {
    why = said
    end()
  }
  const port: BridgePort = bridge.connect((frame) => {
    for (const hear of hearMessage) hear(frame)
  }, hearClose)

  return {
    closed,
    why: () => why,
    close: () => {
      port.close()
      end()
    },
    listener: {
      postMessage: (frame: BridgeFrame) => port.postMessage(frame),
      onMessage: {
        addListener: (hear: (frame: unknown) => void) => void hearMessage.add(hear),
      },
      onDisconnect: { addListener: (hear: () => void) => void hearEnd.add(hear) },
    },
  }
}
