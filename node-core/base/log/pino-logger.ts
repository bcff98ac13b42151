import { pino } from 'pino'
import type { LogFields, Logger, LogLevel } from './index.ts'

/** Secrets that may slip into fields by these names are cut out, whatever the caller does. */
const SECRET_NAMES = [
  'token',
  'secret',
  'password',
  'privateKey',
  'seed',
  'oneTimeKey',
  'invite',
  'authorization',
]
const REDACTED = SECRET_NAMES.flatMap((name) => [name, `*.${name}`])

export interface PinoLoggerOptions {
  level: LogLevel | 'silent'
  /** JSON lines go here; standard error by default, since standard output is for answers. */
  destination?: { write(line: string): void }
}

export function createPinoLogger(options: PinoLoggerOptions): Logger {
  const destination = options.destination ?? pino.destination({ fd: 2, sync: true })
  const root = pino({ level: options.level, base: null, redact: REDACTED }, destination)
  return wrap(root, root, '')
}

/** `root` makes every child: a child of a child would write the field `module` twice. */
function wrap(root: pino.Logger, target: pino.Logger, path: string): Logger {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}): void =>
      target[level](fields, message)
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    child(module) {
      const name = path ? `${path}.${module}` : module
      return wrap(root, root.child({ module: name }), name)
    },
  }
}
