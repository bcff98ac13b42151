import type { WebSocket } from 'ws'

/** Resolves once the bytes are on their way, so that whoever streams waits for a slow reader. */
export function sendOf(
  socket: WebSocket,
): (data: string | ArrayBufferLike | Uint8Array) => Promise<void> {
  return (data) =>
    new Promise((resolve, reject) => {
      socket.send(data, (error) => (error ? reject(error) : resolve()))
    })
}
