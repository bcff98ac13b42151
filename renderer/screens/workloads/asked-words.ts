/** What a manifest asks for beside its rules: ports, probes, names and secrets. Never a value of a secret. */
import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import type { Text } from '../../i18n/index.ts'

type Part = WorkloadView['parts'][number]
type Probe = NonNullable<Part['probes']['live']>

const SECRETS_FOLDER = '/run/mycelium/secrets'
const PROBES = ['startup', 'live', 'ready'] as const

/** Where one container or program listens, and how it is asked whether it is well. */
export function reachedLines({ ports, probes }: Part, t: Text): string[] {
  return [
    ...ports.map(({ containerPort, hostPort, protocol }) => {
      const port = protocol === 'udp' ? `${containerPort}/udp` : `${containerPort}`
      if (hostPort === undefined) return t('asked.port', { port })
      return t('asked.hostPort', { port, host: hostPort })
    }),
    ...PROBES.flatMap((which) => {
      const probe = probes[which]
      return probe ? [t(`asked.probe.${which}`, { what: checkText(probe, t) })] : []
    }),
  ]
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
