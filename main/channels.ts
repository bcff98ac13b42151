/**
 * Messages between the window's preload and the main process. A line is one open connection of the
 * window to the node; its frames are oRPC's own and nobody here looks into them.
 */
export const CHANNELS = {
  /** Window to main: `(line: number)`. */
  open: 'mycelium:line-open',
  /** Both ways: `(line: number, frame: string | Uint8Array)`. */
  frame: 'mycelium:line-frame',
  /** Window to main: `(line: number)`. Main to window: `(line: number, why?: { code, message })`. */
  close: 'mycelium:line-close',
  /** Window to main: a person wants the node to run, which was stopped on purpose. */
  start: 'mycelium:start',
  /** Window to main: it listens for links from now on. */
  wantLinks: 'mycelium:want-links',
  /** Main to window: `(link: string)`. */
  link: 'mycelium:link',
  /** Main to window: the app ends, and the node with it. */
  ending: 'mycelium:ending',
  /** Window to main: it has said all that it still had to say. */
  ended: 'mycelium:ended',
} as const
