/** The terminal that is drawn, in our own words. Fetched when somebody opens a shell. */
import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'
import type { TerminalSize } from './session.ts'
import { createWayOut } from './way-out.ts'

export interface DrawnTerminal {
  size(): TerminalSize
  /** Resolves once it is drawn. */
  write(bytes: Uint8Array): Promise<void>
  focus(): void
  /** Nothing is typed into it any more; it can still be read. */
  close(): void
  dispose(): void
}

export interface TerminalOptions {
  /** What it is, for who does not see it, and the id of what says more. */
  label: string
  describedBy: string
  now: () => number
  onType: (bytes: Uint8Array) => void
  onResize: (size: TerminalSize) => void
}

const SCROLLBACK_LINES = 5_000
/** WCAG 1.4.3; a program's own choice of colours gives way to it. */
const CONTRAST_MIN = 4.5

/** DECTCEM. */
const HIDE_CURSOR = '\x1b[?25l'

export function openTerminal(host: HTMLElement, options: TerminalOptions): DrawnTerminal {
  const terminal = new Terminal({
    ...{ scrollback: SCROLLBACK_LINES, minimumContrastRatio: CONTRAST_MIN, logLevel: 'off' },
    ...{ fontSize: 13, lineHeight: 1.25, fontFamily: tokenOf('--mono'), theme: themeOf() },
    // Nothing in the page tells whether somebody listens rather than looks.
    screenReaderMode: true,
    // What is printed is the workload's word: its links lead nowhere.
    linkHandler: { activate: () => {} },
  })
  const fit = new FitAddon()
  terminal.loadAddon(fit)
  terminal.open(host)
  fit.fit()
  terminal.textarea?.setAttribute('aria-label', options.label)
  terminal.textarea?.setAttribute('aria-describedby', options.describedBy)

  let isClosed = false
  const isWayOut = createWayOut(options.now)
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type !== 'keydown') return true
    if (copies(event, terminal)) return false
    // What is not handled here moves the focus, as Tab does.
    return !(event.key === 'Tab' && isClosed) && !isWayOut(event.key)
  })
  const encoder = new TextEncoder()
  terminal.onData((text) => options.onType(encoder.encode(text)))
  terminal.onBinary((letters) => {
    options.onType(Uint8Array.from(letters, (letter) => letter.charCodeAt(0)))
  })
  terminal.onResize(({ cols, rows }) => options.onResize({ columns: cols, rows }))
  const room = new ResizeObserver(() => fit.fit())
  room.observe(host)
  const theme = new MutationObserver(() => {
    terminal.options.theme = themeOf()
  })
  theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })

  return {
    size: () => ({ columns: terminal.cols, rows: terminal.rows }),
    write: (bytes) => new Promise((resolve) => terminal.write(bytes, resolve)),
    focus: () => terminal.focus(),
    close() {
      isClosed = true
      terminal.options.disableStdin = true
      terminal.write(HIDE_CURSOR)
    },
    dispose() {
      room.disconnect()
      theme.disconnect()
      terminal.dispose()
    },
  }
}

/** As terminals have it where Ctrl+C is the program's. Ctrl+Shift+V is the browser's own. */
function copies(event: KeyboardEvent, terminal: Terminal): boolean {
  const asked = event.ctrlKey && event.shiftKey && event.code === 'KeyC'
  if (!asked || !terminal.hasSelection()) return false
  event.preventDefault()
  void navigator.clipboard.writeText(terminal.getSelection())
  return true
}

function tokenOf(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim()
}

function themeOf() {
  const [ground, ink, accent] = [tokenOf('--sunken'), tokenOf('--ink'), tokenOf('--accent')]
  return {
    ...{ background: ground, foreground: ink, cursor: accent, cursorAccent: ground },
    ...{ selectionBackground: tokenOf('--accent-soft'), selectionForeground: ink },
  }
}
