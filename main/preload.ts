/**
 * All that the page gets of the desktop: a line to the node and the links the system hands over.
 * Runs sandboxed and isolated; the page sees frozen copies and none of Electron.
 */
import { contextBridge, ipcRenderer } from 'electron'
import type {
  BridgeEnd,
  BridgeFrame,
  BridgePort,
  MyceliumBridge,
} from '../renderer/transport/bridge.ts'
import { CHANNELS } from './channels.ts'

interface OpenLine {
  onMessage(frame: BridgeFrame): void
  onClose(why?: BridgeEnd): void
}

const lines = new Map<number, OpenLine>()
const linkListeners = new Set<(link: string) => void>()
const endingListeners = new Set<() => Promise<void>>()
let lastLine = 0

ipcRenderer.on(CHANNELS.frame, (_event, line: number, frame: BridgeFrame) => {
  lines.get(line)?.onMessage(frame)
})
ipcRenderer.on(CHANNELS.close, (_event, line: number, why?: BridgeEnd) => {
  const ended = lines.get(line)
  lines.delete(line)
  ended?.onClose(why)
})
ipcRenderer.on(CHANNELS.link, (_event, link: string) => {
  for (const listener of linkListeners) listener(link)
})
ipcRenderer.on(CHANNELS.ending, async () => {
  await Promise.allSettled([...endingListeners].map((listener) => listener()))
  ipcRenderer.send(CHANNELS.ended)
})

function connect(onMessage: OpenLine['onMessage'], onClose: OpenLine['onClose']): BridgePort {
  const line = ++lastLine
  lines.set(line, { onMessage, onClose })
  ipcRenderer.send(CHANNELS.open, line)
  return {
    postMessage: (frame) => ipcRenderer.send(CHANNELS.frame, line, frame),
    close() {
      if (lines.delete(line)) ipcRenderer.send(CHANNELS.close, line)
    },
  }
}

const bridge: MyceliumBridge = {
  platform: process.platform,
  connect,
  startNode: () => ipcRenderer.send(CHANNELS.start),
  onDeepLink(listener) {
    linkListeners.add(listener)
    ipcRenderer.send(CHANNELS.wantLinks)
    return () => linkListeners.delete(listener)
  },
  onEnding(listener) {
    endingListeners.add(listener)
    return () => endingListeners.delete(listener)
  },
}

contextBridge.exposeInMainWorld('mycelium', bridge)
