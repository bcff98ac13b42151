import { copyName, copyOfSlot } from '../../../node-core/api/contract/index.ts'
import { Icon } from '../../design/index.ts'
import { type Text, useText } from '../../i18n/index.ts'
import { useCalled } from '../network/index.ts'
import { Conditions, Refusals } from '../workloads/index.ts'
import type { PreviewAnswer, Previewed } from './use-previews.ts'

const SLOTS_SHOWN_MAX = 12

/** Where each copy of one workload would run, who would not take it, and why. */
export function Preview({ answer, problem }: Partial<Previewed>) {
  const { t } = useText()
  const called = useCalled()
  if (problem) {
    // What is wrong with a field is told at the field.
    return problem.fields.length === 0 ? <p className="quiet">{problem.message}</p> : null
  }
  if (!answer) return null
  return (
    <>
      <Verdict answer={answer} />
      <Conditions conditions={answer.conditions} />
      <ol className="slots">
        {answer.slots.slice(0, SLOTS_SHOWN_MAX).map((slot) => (
          <li
            key={slot.index}
            className={slot.nodeName ? 'preview-slot' : 'preview-slot preview-slot-none'}
          >
            <Icon name={slot.nodeName ? 'check' : 'minus'} size={16} />
            <span className="quiet">{copyName(answer.name, slot.index)}</span>
            <span>
              <strong>
                {slot.node !== undefined && slot.nodeName !== undefined
                  ? called(slot.node, slot.nodeName)
                  : t('deploy.previewNowhere')}
              </strong>
              {slot.displaces && (
                <span className="quiet small">
                  {' '}
                  {t('deploy.previewDisplaces', {
                    names: slot.displaces.map(copyOfSlot).join(', '),
                  })}
                </span>
              )}
            </span>
          </li>
        ))}
      </ol>
      <Refusals name={answer.name} slots={answer.slots} />
    </>
  )
}

function Verdict({ answer }: { answer: PreviewAnswer }) {
  const { t } = useText()
  const words = shortWords(answer, t)
  return words === undefined ? null : <p className="preview-short">{words}</p>
}

/** That some copies have no place now; nothing where all have one. */
export function shortWords({ slots }: PreviewAnswer, t: Text): string | undefined {
  const placed = slots.filter((slot) => slot.node !== undefined).length
  if (placed === slots.length) return undefined
  if (placed === 0) return t('deploy.previewNone')
  return t('deploy.previewShort', { placed, wanted: slots.length })
}
