/**
 * What the desktop app's preload exposes as `window.mycelium`, and all it exposes. Messages are
 * oRPC's own frames; neither side looks into them. This file imports nothing, so that the preload
 * can take its types from here.
 */
export interface MyceliumBridge {
  /** `linux`, `darwin`, `win32`: decides which shortcut keys are shown. */
  readonly platform: string
  /** Opens a line to the node in the main process. `onClose` is called when main ends it. */
  connect(onMessage: (frame: BridgeFrame) => void, onClose: (why?: BridgeEnd) => void): BridgePort
  /** Starts a node that was stopped on purpose; the next line finds it. */
  startNode(): void
  /** Links the system handed over (`mycelium://…`), also the one the app was started with. */
  onDeepLink(listener: (link: string) => void): () => void
  /** The app ends: what the page still has to say is awaited for a moment, while there is a node. */
  onEnding(listener: () => Promise<void>): () => void
}

/** Why there is no node behind a line: `NODE_STOPPED`, or why it could not start. */
export interface BridgeEnd {
  code: string
  message: string
}

export type BridgeFrame = string | Uint8Array | ArrayBuffer

export interface BridgePort {
  postMessage(frame: BridgeFrame): void
  close(): void
}

/** The bridge, where there is one. In a browser there is none. */
export function findBridge(host: object): MyceliumBridge | undefined {
  const found: unknown = Reflect.get(host, 'mycelium')
  return isBridge(found) ? found : undefined
}

function isBridge(value: unknown): value is MyceliumBridge {
  if (typeof value !== 'object' || value === null) return false
  return (
    typeof Reflect.get(value, 'connect') === 'function' &&
    typeof Reflect.get(value, 'startNode') === 'function' &&
    typeof Reflect.get(value, 'onDeepLink') === 'function' &&
    typeof Reflect.get(value, 'onEnding') === 'function' &&
    typeof Reflect.get(value, 'platform') === 'string'
  )
}
