import { useCallback } from 'react'
import {
  copyName,
  type InstanceView,
  type WorkloadView,
} from '../../../node-core/api/contract/index.ts'
import { Icon, ProblemPanel, Waiting } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useAnswer } from '../../state/index.ts'
import type { NodeClient } from '../../transport/index.ts'
import { useCalled } from '../network/index.ts'
import { Conditions } from './conditions.tsx'
import { refusalGroups, type Slot } from './refusals.ts'
import { instanceTone, instanceWord, isOfSchedule, nextRunText } from './workload-words.ts'

/** Why each copy is where it is, and what the other nodes say. */
export function WhyThere({ workload }: { workload: WorkloadView }) {
  const { name } = workload
  const { t, language } = useText()
  const ask = useCallback((node: NodeClient) => node.workloads.why({ name }), [name])
  const { answer: why, problem } = useAnswer(ask)

  if (problem) {
    return <ProblemPanel title={t('shell.loadProblem')}>{problem.message}</ProblemPanel>
  }
  if (!why) return <Waiting label={t('words.loading')} />
  // The others stand at the head of the page.
  const told = new Set(workload.conditions.map(({ code }) => code))
  const more = why.conditions.filter((each) => !told.has(each.code) && !isOfSchedule(each))
  const isBetweenRuns = why.conditions.some(isOfSchedule)
  return (
    <div className="why">
      <p className="quiet">{t('workloads.why.intro')}</p>
      {isBetweenRuns && <p>{nextRunText(workload, t, language)}</p>}
      <Conditions conditions={more} />
      <ol className="slots">
        {why.slots.map((slot) => (
          <SlotLine
            key={slot.index}
            name={copyName(name, slot.index)}
            slot={slot}
            instance={instanceAt(workload, slot)}
          />
        ))}
      </ol>
      <Refusals name={name} slots={why.slots} />
    </div>
  )
}

/** What is there of the copy: that a place was found for it says nothing of how it does. */
function instanceAt({ instances }: WorkloadView, { index, node }: Slot): InstanceView | undefined {
  return instances.findLast((each) => each.index === index && each.node === node)
}

function SlotLine(props: { name: string; slot: Slot; instance: InstanceView | undefined }) {
  const { name, slot, instance } = props
  const { t } = useText()
  const called = useCalled()
  const isWell = instance !== undefined && instanceTone(instance) === 'well'
  return (
    <li className="slot">
      <Icon name={isWell ? 'check' : 'info'} size={16} />
      <strong>{name}</strong>
      <span>
        {slot.node !== undefined && slot.nodeName !== undefined
          ? t('workloads.why.on', { node: called(slot.node, slot.nodeName) })
          : t('workloads.why.nowhere')}
        {instance && !isWell && ` (${instanceWord(instance, t)})`}
        {slot.because && <span className="quiet"> {slot.because.message}</span>}
        {slot.stays && <span className="quiet"> {slot.stays.message}</span>}
      </span>
    </li>
  )
}

/** Who does not take a copy, and why: what is said of some copies alone names them. */
export function Refusals({ name, slots }: { name: string; slots: Slot[] }) {
  const { t } = useText()
  const called = useCalled()
  return refusalGroups(slots).map(({ copies, refused }) => (
    <section key={copies?.join() ?? ''} className="refusals">
      <h2>
        {copies
          ? t('workloads.why.refusedOf', {
              copies: copies.map((index) => copyName(name, index)).join(', '),
            })
          : t('workloads.why.refused')}
      </h2>
      <RefusalList
        refusals={refused.map(({ node, nodeName, reason }) => ({
          node: called(node, nodeName),
          message: reason.message,
        }))}
      />
    </section>
  ))
}

function RefusalList({ refusals }: { refusals: readonly { node: string; message: string }[] }) {
  return (
    <dl>
      {refusals.map(({ node, message }) => (
        <div key={`${node} ${message}`}>
          <dt>{node}</dt>
          <dd className="quiet">{message}</dd>
        </div>
      ))}
    </dl>
  )
}
