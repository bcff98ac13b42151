import {
  DEFAULT_HEALTH_PATH,
  DEFAULT_HEALTH_PERIOD_MS,
  DEFAULT_HEALTH_TIMEOUT_MS,
} from './defaults.ts'
import type { DeployBody } from './deploy-body.ts'
import type { HealthCheck, Port, WorkloadKind } from './index.ts'

/** The port a check goes to unless told otherwise: the first one declared for TCP. */
export function healthPort(ports: readonly Port[]): number | undefined {
  return ports.find((port) => port.protocol === 'tcp')?.containerPort
}

/**
 * What was asked for, filled up. Without a word: bundles promise `GET /health`; a container with a
 * TCP port is asked whether it listens, since not every server speaks HTTP; anything else must run.
 */
export function toHealthCheck(
  asked: DeployBody['health'],
  ports: readonly Port[],
  kind: WorkloadKind,
): HealthCheck {
  const checked = asked?.kind ?? (kind === 'process' ? 'http' : 'tcp')
  const port = (asked && asked.kind !== 'running' && asked.port) || healthPort(ports)
  if (checked === 'running' || port === undefined) return { kind: 'running' }
  const times = asked && asked.kind !== 'running' ? asked : undefined
  const common = {
    port,
    periodMs: times?.periodMs ?? DEFAULT_HEALTH_PERIOD_MS,
    timeoutMs: times?.timeoutMs ?? DEFAULT_HEALTH_TIMEOUT_MS,
  }
  if (checked === 'tcp') return { kind: 'tcp', ...common }
  const path = (asked?.kind === 'http' && asked.path) || defaultPath(kind)
  return { kind: 'http', path, ...common }
}

function defaultPath(kind: WorkloadKind): string {
  return kind === 'process' ? DEFAULT_HEALTH_PATH : '/'
}
