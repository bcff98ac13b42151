import { useCallback } from 'react'
import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Icon, ProblemPanel, Waiting } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useAnswer } from '../../state/index.ts'
import type { NodeClient, Outputs } from '../../transport/index.ts'
import { Conditions } from './conditions.tsx'

type Why = Outputs['workloads']['why']
type Slot = Why['slots'][number]

/** Why each copy is where it is, and what the other nodes say. */
export function WhyThere({ workload }: { workload: WorkloadView }) {
  const { name } = workload
  const { t } = useText()
  const ask = useCallback((node: NodeClient) => node.workloads.why({ name }), [name])
  const { answer: why, problem } = useAnswer(ask)

  if (problem) {
    return <ProblemPanel title={t('shell.loadProblem')}>{problem.message}</ProblemPanel>
  }
  if (!why) return <Waiting label={t('words.loading')} />
  // The others stand at the head of the page.
  const told = new Set(workload.conditions.map(({ code }) => code))
  const more = why.conditions.filter(({ code }) => !told.has(code))
  return (
    <div className="why">
      <p className="quiet">{t('workloads.why.intro')}</p>
      <Conditions conditions={more} />
      <ol className="slots">
        {why.slots.map((slot) => (
          <SlotLine key={slot.index} slot={slot} />
        ))}
      </ol>
      <Refusals slots={why.slots} />
    </div>
  )
}

function SlotLine({ slot }: { slot: Slot }) {
  const { t } = useText()
  return (
    <li className="slot">
      <Icon name={slot.nodeName ? 'check' : 'info'} size={16} />
      <strong>{t('workloads.why.slot', { index: slot.index + 1 })}</strong>
      <span>
        {slot.nodeName
          ? t('workloads.why.on', { node: slot.nodeName })
          : t('workloads.why.nowhere')}
        {slot.because && <span className="quiet"> {slot.because.message}</span>}
        {slot.stays && <span className="quiet"> {slot.stays.message}</span>}
      </span>
    </li>
  )
}

/** Most nodes say the same of every copy: each is named once for each of its reasons. */
export function Refusals({ slots }: { slots: Slot[] }) {
  const { t } = useText()
  const refusals = new Map<string, { node: string; message: string }>()
  for (const { refused } of slots) {
    for (const { nodeName, node, reason } of refused) {
      refusals.set(`${node}/${reason.code}`, { node: nodeName, message: reason.message })
    }
  }
  if (refusals.size === 0) return null
  return (
    <section className="refusals">
      <h2>{t('workloads.why.refused')}</h2>
      <dl>
        {[...refusals].map(([key, { node, message }]) => (
          <div key={key}>
            <dt>{node}</dt>
            <dd className="quiet">{message}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
