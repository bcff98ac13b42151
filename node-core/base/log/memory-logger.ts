import type { LogFields, Logger, LogLevel } from './index.ts'

export interface LogLine {
  level: LogLevel
  module: string
  message: string
  fields: LogFields
}

/** Keeps every line, for tests and for the simulator's trace. */
export function createMemoryLogger(
  lines: LogLine[] = [],
  module = '',
): Logger & { lines: LogLine[] } {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void => {
      lines.push({ level, module, message, fields })
    }
  return {
    lines,
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child: (name) => createMemoryLogger(lines, module ? `${module}.${name}` : name),
  }
}

export function createSilentLogger(): Logger {
  const nothing = (): void => {}
  const logger: Logger = {
    error: nothing,
    warn: nothing,
    info: nothing,
    debug: nothing,
    child: () => logger,
  }
  return logger
}
