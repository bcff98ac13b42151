/** The log of a node in the foreground: JSON lines for programs, plain lines for people. */
import { createPinoLogger, type Logger, type LogLevel } from '../node-core/base/log/index.ts'
import type { Context } from './context.ts'

export interface LoggingConfig {
  level?: LogLevel | undefined
  format?: 'text' | 'json' | undefined
}

export function createNodeLogger(context: Context, config: LoggingConfig): Logger {
  const person = process.stderr.isTTY === true
  const level = config.level ?? levelFor(context, person)
  const format = config.format ?? (person ? 'text' : 'json')
  if (format === 'json') return createPinoLogger({ level })
  return createPinoLogger({
    level,
    destination: { write: (line) => context.terminal.err(plainLine(line)) },
  })
}

function levelFor({ quiet, verbose }: Context, person: boolean): LogLevel {
  if (verbose) return 'debug'
  if (quiet) return 'error'
  return person ? 'warn' : 'info'
}

const LEVELS = new Map([
  [20, 'debug'],
  [30, 'info'],
  [40, 'warn'],
  [50, 'error'],
])

/** `17:04:12 warn mesh: dial failed  peer=… code=NET_UNREACHABLE` */
export function plainLine(line: string): string {
  const entry: unknown = JSON.parse(line)
  if (typeof entry !== 'object' || entry === null) return line.trimEnd()
  const { time, level, msg, module, ...fields } = entry as Record<string, unknown>
  const at = new Date(Number(time)).toISOString().slice(11, 19)
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${wordOf(value)}`)
  const from = module === undefined ? '' : ` ${module}:`
  const head = `${at} ${LEVELS.get(Number(level)) ?? level}${from} ${msg}`
  return rest.length === 0 ? head : `${head}  ${rest.join(' ')}`
}

function wordOf(value: unknown): string {
  return typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value)
}
