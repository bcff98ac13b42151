/**
 * The logger is handed in and scoped by module: `logger.child('mesh')`. Messages are constants and
 * fields carry what varies. No secrets and no payloads. `error`: a person must look; `warn`:
 * degraded; `info`: life events; `debug`: the rest.
 */
export interface Logger {
  error(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  debug(message: string, fields?: LogFields): void
  child(module: string): Logger
}

export type LogFields = Readonly<Record<string, unknown>>
export type LogLevel = 'error' | 'warn' | 'info' | 'debug'

export { createMemoryLogger, createSilentLogger, type LogLine } from './memory-logger.ts'
export { createPinoLogger } from './pino-logger.ts'
