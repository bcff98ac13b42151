/** Asks one instance by one of its probes, from outside or by a command inside. */
import type { Clock } from '../../base/clock/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Runner } from '../runners/index.ts'
import type { HealthProbe } from './health-probe.ts'
import type { LocalInstance } from './local-instance.ts'
import type { Watched } from './probing.ts'

export interface AskerDeps {
  runner: Pick<Runner, 'listens' | 'exec'>
  probe: HealthProbe
  clock: Clock
  logger: Logger
}

type Asker = (
  local: Pick<LocalInstance, 'id' | 'address' | 'ports'>,
  watched: Watched,
  signal: AbortSignal,
) => Promise<boolean>

/** Of one instance. */
export function createAsker(deps: AskerDeps): Asker {
  const { runner, clock, logger } = deps
  /** Commands that were begun inside a part, by part and role. They may outlast their time. */
  const commands = new Map<string, Promise<boolean>>()

  return async (local, { part, role, probe }, signal) => {
    if (probe.kind !== 'command') {
      const { address: host = '127.0.0.1' } = local
      const port = local.ports[String(probe.port)]
      if (port === undefined) return false
      const listens =
        probe.kind === 'tcp'
          ? await runner.listens(local.id, probe.port).catch(() => undefined)
          : undefined
      return listens ?? (await deps.probe(probe, { host, port }, signal))
    }
    const key = `${part}/${role}`
    // An engine cannot end what was begun inside a part: until it ends, it has not passed.
    if (commands.has(key)) return false
    const over = new AbortController()
    const command = runner
      .exec(local.id, { part, command: probe.command, signal: over.signal })
      .then((exitCode) => exitCode === 0)
      .catch((error) => {
        logger.debug('A probe could not be run', { id: local.id, part, error })
        return false
      })
      .finally(() => commands.delete(key))
    commands.set(key, command)
    const late = Promise.withResolvers<boolean>()
    const cancel = clock.timer(probe.timeoutMs, () => late.resolve(false))
    const drop = (): void => late.resolve(false)
    signal.addEventListener('abort', drop, { once: true })
    try {
      return await Promise.race([command, late.promise])
    } finally {
      over.abort()
      cancel()
      signal.removeEventListener('abort', drop)
    }
  }
}
