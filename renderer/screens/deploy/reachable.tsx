import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { useText } from '../../i18n/index.ts'
import { useAddress } from './address.ts'
import { nameOf, useDraft } from './draft/index.ts'
import { reachOf } from './reach.ts'

/** What reaches a workload, and what it reaches, a sentence each. */
export function Reachable({ workload }: { workload: DeployInput }) {
  const { t } = useText()
  const { workloads } = useDraft()
  const { edge, tcpPorts, usedBy, uses, outside } = reachOf(workload, workloads)
  const address = useAddress(nameOf(workload))
  const sentences = [
    ...(edge && address ? [t(`deploy.reach.${edge}`, { address })] : []),
    ...(tcpPorts.length > 0 ? [t('deploy.reach.tcp', { ports: tcpPorts.join(', ') })] : []),
    ...(usedBy.length > 0 ? [t('deploy.reach.usedBy', { names: usedBy.join(', ') })] : []),
    ...(edge || tcpPorts.length > 0 || usedBy.length > 0 ? [] : [t('deploy.reach.nobody')]),
    ...(uses.length > 0 ? [t('deploy.reach.uses', { names: uses.join(', ') })] : []),
    typeof outside === 'string'
      ? t(`deploy.reach.outside.${outside}`)
      : t('deploy.reach.outside.list', { hosts: outside.join(', ') }),
  ]
  return (
    <ul className="reach small quiet" aria-label={t('deploy.reach.title')}>
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  )
}
