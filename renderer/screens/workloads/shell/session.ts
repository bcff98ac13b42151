import { type NodeClient, type Problem, toProblem } from '../../../transport/index.ts'

export interface TerminalSize {
  columns: number
  rows: number
}

export type ShellState =
  | { at: 'opening' }
  | { at: 'running' }
  | { at: 'ended'; exitCode: number }
  /** Refused, or broken off; without a problem where the line to it just ended. */
  | { at: 'broken'; problem?: Problem }

export interface ShellRequest {
  /** The instance. */
  id: string
  part?: string
  command: string[]
  terminal: TerminalSize
}

/** Where a command's output goes; resolves once it is drawn. */
export type Draw = (bytes: Uint8Array) => Promise<void>

export interface ShellSession {
  type(bytes: Uint8Array): void
  resize(terminal: TerminalSize): void
  /** Ends the command. */
  leave(): void
}

/** How far a command may be ahead of what is drawn. */
export const AHEAD_BYTES = 262_144
/** Of what is typed or pasted, sent at once. */
export const INPUT_BYTES_MAX = 65_536

/** A command in a terminal, from its start until it ends or is left. */
export function startSession(
  client: NodeClient,
  request: ShellRequest,
  { draw, onState }: { draw: Draw; onState: (state: ShellState) => void },
): ShellSession {
  const stop = new AbortController()
  let session: string | undefined
  let sending = false
  let telling = false
  let typed: Uint8Array[] = []
  let size: TerminalSize | undefined
  let readBytes = 0

  const become = (state: ShellState): void => {
    if (!stop.signal.aborted) onState(state)
  }

  /** All that waits goes in one message, and one message at a time. */
  async function send(): Promise<void> {
    if (session === undefined || sending) return
    sending = true
    try {
      while (!stop.signal.aborted && (typed.length > 0 || size)) {
        const bytes = takeTyped()
        const input = {
          session,
          ...(bytes.length > 0 && { data: toBase64(bytes) }),
          ...(size && { terminal: size }),
        }
        size = undefined
        await client.commands.input(input)
      }
    } catch {
      // It has ended: what it does not read any more is of no use to it.
      typed = []
    } finally {
      sending = false
    }
  }

  /**
   * Beside what is typed: a command that is held because it is ahead takes no more of that, and would be
   * held for good if this had to wait behind it.
   */
  async function tellRead(): Promise<void> {
    if (session === undefined || telling) return
    telling = true
    try {
      while (!stop.signal.aborted && readBytes > 0) {
        const input = { session, readBytes }
        readBytes = 0
        await client.commands.input(input)
      }
    } catch {
      // It has ended, and tells no more.
    } finally {
      telling = false
    }
  }

  function takeTyped(): Uint8Array {
    const all = concat(typed)
    typed = all.length > INPUT_BYTES_MAX ? [all.subarray(INPUT_BYTES_MAX)] : []
    return all.subarray(0, INPUT_BYTES_MAX)
  }

  async function run(): Promise<void> {
    try {
      const asked = { ...request, input: true, aheadBytes: AHEAD_BYTES }
      for await (const event of await client.commands.run(asked, { signal: stop.signal })) {
        if ('session' in event) {
          session = event.session
          become({ at: 'running' })
          void send()
        } else if ('exitCode' in event) {
          return become({ at: 'ended', exitCode: event.exitCode })
        } else {
          const bytes = fromBase64(event.data)
          await draw(bytes)
          readBytes += bytes.length
          void tellRead()
        }
      }
      become({ at: 'broken' })
    } catch (error) {
      become({ at: 'broken', problem: toProblem(error) })
    }
  }

  onState({ at: 'opening' })
  void run()
  return {
    type(bytes) {
      typed.push(bytes)
      void send()
    },
    resize(terminal) {
      size = terminal
      void send()
    },
    leave: () => stop.abort(),
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

function toBase64(bytes: Uint8Array): string {
  let letters = ''
  for (const byte of bytes) letters += String.fromCharCode(byte)
  return btoa(letters)
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}
