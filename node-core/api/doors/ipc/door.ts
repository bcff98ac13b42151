import { RPCHandler } from '@orpc/server/message-port'
import type { IpcDoor, IpcDoorDeps } from './index.ts'
import { MESSAGE_BYTES_MAX } from './limits.ts'

export function createIpcDoor({ router, logger }: IpcDoorDeps): IpcDoor {
  const handler = new RPCHandler(router)
  return {
    attach(port) {
      let detached = false
      let onClose: () => void = () => {}
      const detach = (): void => {
        if (detached) return
        detached = true
        onClose()
      }
      port.addEventListener('close', detach)
      handler.upgrade(
        {
          postMessage: (message: unknown) => {
            if (!detached) port.postMessage(message)
          },
          on: (type, listener) => {
            if (type === 'close') onClose = () => listener()
            if (type !== 'message') return
            port.addEventListener('message', ({ data }) => {
              if (detached) return
              if (fits(data)) listener({ data })
              else logger.warn('A message that is no request was dropped.')
            })
          },
        },
        { context: {} },
      )
      return detach
    },
  }
}

/** Structured clones are refused: oRPC would take an object for a decoded request. */
function fits(data: unknown): boolean {
  if (typeof data === 'string') return data.length <= MESSAGE_BYTES_MAX
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
    return data.byteLength <= MESSAGE_BYTES_MAX
  }
  return false
}
