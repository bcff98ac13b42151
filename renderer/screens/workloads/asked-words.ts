/** What a manifest asks for beside its rules: ports, probes, volumes, names and secrets. Never a value of a secret. */
import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { formatDuration, formatLatency, formatMemory } from '../../format/index.ts'
import type { Text } from '../../i18n/index.ts'

type Part = WorkloadView['parts'][number]
type Probe = NonNullable<Part['probes']['live']>

const SECRETS_FOLDER = '/run/mycelium/secrets'
const PROBES = ['startup', 'live', 'ready'] as const

/** Where one container or program listens, and how it is asked whether it is well. */
export function reachedLines({ ports, probes }: Part, t: Text, language: string): string[] {
  return [
    ...ports.map(({ containerPort, hostPort, protocol }) => {
      const port = protocol === 'udp' ? `${containerPort}/udp` : `${containerPort}`
      if (hostPort === undefined) return t('asked.port', { port })
      return t('asked.hostPort', { port, host: hostPort })
    }),
    ...PROBES.flatMap((which) => {
      const probe = probes[which]
      if (!probe) return []
      const what = t(`asked.probe.${which}`, { what: checkText(probe, t) })
      const times = probeTimes(probe, t, language)
      return [times.length === 0 ? what : `${what} (${times.join(', ')})`]
    }),
  ]
}

/** How soon a failure counts, which a manifest mostly leaves to the node. */
function probeTimes({ periodMs, timeoutMs, failures }: Probe, t: Text, language: string): string[] {
  // What is less than a second is not rounded away.
  const time = (ms: number): string =>
    ms % 1_000 === 0 ? formatDuration(ms / 1_000, language) : formatLatency(ms, language)
  return [
    ...(periodMs === undefined ? [] : [t('asked.probeTimes.period', { time: time(periodMs) })]),
    ...(timeoutMs === undefined ? [] : [t('asked.probeTimes.timeout', { time: time(timeoutMs) })]),
    ...(failures === undefined ? [] : [t('asked.probeTimes.failures', { count: failures })]),
  ]
}

/** Where one container finds what the copy keeps, and as whom it runs. */
export function mountLines({ mounts = [], user }: Part, t: Text): string[] {
  return [
    ...mounts.map(({ volume, path, readOnly }) =>
      t(readOnly ? 'asked.mountReadOnly' : 'asked.mount', { volume, path }),
    ),
    ...(user === undefined ? [] : [t('asked.user', { user })]),
  ]
}

/** What each copy keeps. */
export function volumeLines(
  { volumes = [] }: Pick<WorkloadView, 'volumes'>,
  t: Text,
  language: string,
): string[] {
  return volumes.map(({ name, sizeBytes, ifLost }) =>
    t(`asked.volume.${ifLost}`, { name, size: formatMemory(sizeBytes, language) }),
  )
}

type Placed = Pick<WorkloadView, 'replicas' | 'autoscale' | 'placement'>

/** Undefined where that is as always, and there is but one copy to be spread. */
export function spreadText(
  { replicas, autoscale, placement }: Placed,
  t: Text,
): string | undefined {
  const isSeveral = Math.max(replicas, autoscale?.max ?? 0) > 1
  const { spread } = placement
  return isSeveral || spread !== 'node' ? t(`asked.spread.${spread}`) : undefined
}

/** The node says the path and the port that it asks, also where the manifest leaves them to it. */
function checkText(probe: Probe, t: Text): string {
  if (probe.kind === 'command') {
    return t('asked.check.command', { command: probe.command.join(' ') })
  }
  const port = probe.port ?? ''
  if (probe.kind === 'tcp') return t('asked.check.tcp', { port })
  return t('asked.check.http', { path: probe.path ?? '', port })
}

export function usesLines({ uses }: Pick<WorkloadView, 'uses'>, t: Text): string[] {
  return uses.map(({ name, as }) => (as === name ? name : t('asked.usesAs', { as, name })))
}

/** Each secret, and every place where it is found. */
export function secretLines({ secrets }: Pick<WorkloadView, 'secrets'>, t: Text): string[] {
  return secrets.flatMap(({ name, env, file }) => {
    const places = [
      ...(env === undefined ? [] : [t('asked.inVariable', { name, place: env })]),
      ...(file === undefined
        ? []
        : [t('asked.inFile', { name, place: `${SECRETS_FOLDER}/${file}` })]),
    ]
    return places.length > 0 ? places : [t('asked.bare', { name })]
  })
}
