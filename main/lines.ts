/**
 * The main process's end of the window's lines. Who sends is checked first (main frame of our own
 * page), then the shape; what the frames say is checked against the contract behind them.
 */
import type { IpcMain, IpcMainEvent, WebContents } from 'electron'
import { isCode, MyceliumError, messageOf } from '../node-core/base/errors/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import { CHANNELS } from './channels.ts'
import { isOwnFrame } from './guards.ts'
import { FRAME_SIZE_MAX, LINES_MAX } from './limits.ts'
import type { LineEnd, LinePort } from './node-session.ts'

export interface LinesDeps {
  ipcMain: Pick<IpcMain, 'on'>
  /** Connects a line's port to the node; resolves to what ends it. */
  attach(port: LinePort): Promise<() => void>
  /** A person wants the node that was stopped on purpose. */
  onStartNode(): void
  /** The window listens for links from now on. */
  onWantLinks(send: (link: string) => void): void
  /** The window has said all that it still had to say, since the app ends. */
  onEnded(contents: WebContents): void
  logger: Logger
}

type Frame = string | Uint8Array

/** Starts to serve every window's lines. */
export function serveLines(deps: LinesDeps): void {
  const { ipcMain, attach, onStartNode, onWantLinks, onEnded, logger } = deps
  const byContents = new Map<WebContents, Map<number, Line>>()

  const linesOf = (contents: WebContents): Map<number, Line> => {
    const known = byContents.get(contents)
    if (known) return known
    const lines = new Map<number, Line>()
    const endAll = (): void => {
      for (const line of [...lines.values()]) line.end()
    }
    byContents.set(contents, lines)
    contents.once('destroyed', () => {
      endAll()
      byContents.delete(contents)
    })
    // A page that is loaded again has lost its lines.
    contents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) endAll()
    })
    return lines
  }

  const open = async (contents: WebContents, id: number): Promise<void> => {
    const lines = linesOf(contents)
    const line = new Line((channel, ...args) => {
      if (!contents.isDestroyed()) contents.send(channel, id, ...args)
    })
    // Whoever ended it: the window does not speak of one that it was told is closed.
    line.addEventListener('close', () => {
      if (lines.get(id) === line) lines.delete(id)
    })
    if (lines.size >= LINES_MAX || lines.has(id)) {
      logger.warn('A line too many was refused.')
      line.close()
      return
    }
    lines.set(id, line)
    try {
      line.onEnd(await attach(line))
    } catch (error) {
      // The window goes on asking, and hears the same each time.
      const level = isCode(error, 'NODE_STOPPED') ? 'debug' : 'warn'
      logger[level]('A line of the window got no node.', { reason: messageOf(error) })
      line.close(endOf(error))
    }
  }

  const onTrusted = (
    channel: string,
    take: (event: IpcMainEvent, args: unknown[]) => void,
  ): void => {
    ipcMain.on(channel, (event, ...args: unknown[]) => {
      if (isOwnFrame(event.senderFrame)) take(event, args)
      else logger.warn('A message from a foreign frame was dropped.', { channel })
    })
  }
  onTrusted(CHANNELS.open, ({ sender }, [id]) => {
    if (isLineId(id)) void open(sender, id)
  })
  onTrusted(CHANNELS.frame, ({ sender }, [id, frame]) => {
    if (isLineId(id) && isFrame(frame)) byContents.get(sender)?.get(id)?.take(frame)
  })
  onTrusted(CHANNELS.close, ({ sender }, [id]) => {
    const lines = byContents.get(sender)
    if (!isLineId(id) || !lines) return
    lines.get(id)?.end()
  })
  onTrusted(CHANNELS.start, () => onStartNode())
  onTrusted(CHANNELS.wantLinks, ({ sender }) => {
    onWantLinks((link) => {
      if (!sender.isDestroyed()) sender.send(CHANNELS.link, link)
    })
  })
  onTrusted(CHANNELS.ended, ({ sender }) => onEnded(sender))
}

function endOf(error: unknown): LineEnd {
  const code = error instanceof MyceliumError ? error.code : 'NO_NODE'
  return { code, message: messageOf(error) }
}

function isLineId(id: unknown): id is number {
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0
}

function isFrame(frame: unknown): frame is Frame {
  if (typeof frame === 'string') return frame.length <= FRAME_SIZE_MAX
  return frame instanceof Uint8Array && frame.byteLength <= FRAME_SIZE_MAX
}

type Listener = (event: { data?: unknown }) => void

/** One line as the port that the node's door takes. */
class Line implements LinePort {
  readonly #send: (channel: string, ...args: unknown[]) => void
  readonly #onMessage: Listener[] = []
  readonly #onClose: Listener[] = []
  #early: Frame[] = []
  #detach: () => void = () => {}
  #ended = false

  constructor(send: (channel: string, ...args: unknown[]) => void) {
    this.#send = send
  }

  postMessage(message: unknown): void {
    if (!this.#ended) this.#send(CHANNELS.frame, message)
  }
  addEventListener(type: 'message' | 'close', listener: Listener): void {
    if (type === 'close') this.#onClose.push(listener)
    else this.#onMessage.push(listener)
  }
  close(why?: LineEnd): void {
    if (this.#ended) return
    this.end()
    if (why) this.#send(CHANNELS.close, why)
    else this.#send(CHANNELS.close)
  }

  /** A frame from the window; those that come while the node starts wait for it. */
  take(frame: Frame): void {
    if (this.#onMessage.length === 0) this.#early.push(frame)
    for (const listener of this.#onMessage) listener({ data: frame })
  }
  onEnd(detach: () => void): void {
    if (this.#ended) detach()
    else this.#detach = detach
    const early = this.#early
    this.#early = []
    for (const frame of early) this.take(frame)
  }
  /** The window's side has ended. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    for (const listener of this.#onClose) listener({})
    this.#detach()
  }
}
