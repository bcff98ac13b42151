/** A logger that also tells listeners of warnings and errors, for `log.*` events. */
import type { LogFields, Logger } from './base/log/index.ts'

export interface TappedLine {
  level: string
  module: string
  message: string
}

export interface LogTap {
  logger: Logger
  subscribe(listener: (line: TappedLine) => void): () => void
}

export function createLogTap(target: Logger): LogTap {
  const listeners = new Set<(line: TappedLine) => void>()
  const tap = (inner: Logger, module: string): Logger => {
    const passing =
      (level: 'error' | 'warn') =>
      (message: string, fields?: LogFields): void => {
        inner[level](message, fields)
        for (const listener of listeners) listener({ level, module, message })
      }
    return {
      error: passing('error'),
      warn: passing('warn'),
      info: inner.info,
      debug: inner.debug,
      child: (name) => tap(inner.child(name), module === '' ? name : `${module}.${name}`),
    }
  }
  return {
    logger: tap(target, ''),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
