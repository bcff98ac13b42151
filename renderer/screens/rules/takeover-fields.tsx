import { SelectField, TextField } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { CountField } from './count-field.tsx'
import { PRIORITIES } from './rules.ts'
import type { RulesFieldsProps } from './rules-fields.ts'
import { parseShares, parseTimes, type TakeoverForm } from './takeover.ts'

/** What happens when it is changed, moved, cut off or ends, and who has room first. */
export function TakeoverFields(props: RulesFieldsProps & { isJob: boolean }) {
  const { form, problems, onChange, isJob } = props
  const { t } = useText()
  return (
    <>
      {!isJob && <Change {...props} />}
      {!isJob && <Budget {...props} />}
      <SelectField
        label={t('rules.onPartition')}
        value={form.onPartition}
        options={(['heal', 'keep', 'stop'] as const).map((id) => ({
          id,
          label: t(`rules.partition.${id}`),
        }))}
        problem={problems.get('onPartition')}
        onChange={(onPartition) => onChange({ onPartition })}
      />
      {!isJob && (
        <SelectField
          label={t('rules.restart')}
          value={form.restart}
          options={(['always', 'onFailure', 'never'] as const).map((id) => ({
            id,
            label: t(`rules.restarts.${id}`),
          }))}
          problem={problems.get('restart')}
          onChange={(restart) => onChange({ restart })}
        />
      )}
      <Priority {...props} />
    </>
  )
}

/** How a new version takes over. */
function Change(props: RulesFieldsProps) {
  const { form, problems, onChange } = props
  const { t } = useText()
  return (
    <>
      <div className="field-row">
        <SelectField
          label={t('rules.rollout')}
          value={form.rollout}
          options={(['rolling', 'blueGreen', 'canary'] as const).map((id) => ({
            id,
            label: t(`rules.rollouts.${id}`),
          }))}
          problem={problems.get('rollout')}
          onChange={(rollout) => onChange({ rollout })}
        />
        {form.rollout === 'rolling' && (
          <CountField {...props} field="atOnce" label={t('rules.atOnce')} min={1} />
        )}
      </div>
      {form.rollout === 'canary' && (
        <div className="field-row">
          <TextField
            label={t('rules.shares')}
            hint={t('rules.sharesHint')}
            value={form.shares}
            problem={problems.get('shares') ?? wrongShares(form.shares, t('rules.sharesWrong'))}
            onChange={(shares) => onChange({ shares })}
          />
          <TextField
            label={t('rules.shareMinutes')}
            hint={t('rules.shareMinutesHint')}
            value={form.shareMinutes}
            problem={problems.get('shareMinutes') ?? wrongTimes(form, t('rules.shareMinutesWrong'))}
            onChange={(shareMinutes) => onChange({ shareMinutes })}
          />
        </div>
      )}
      <CountField
        {...props}
        field="warmUpSeconds"
        label={t('rules.warmUp')}
        hint={t('rules.warmUpHint')}
        min={0}
        max={3_600}
      />
    </>
  )
}

function wrongShares(text: string, message: string): string | undefined {
  return parseShares(text) ? undefined : message
}

function wrongTimes({ shares, shareMinutes }: TakeoverForm, message: string): string | undefined {
  const count = parseShares(shares)?.length
  return count === undefined || parseTimes(shareMinutes, count) ? undefined : message
}

/** How much of it may be away at a time. */
function Budget(props: RulesFieldsProps) {
  const { form, problems, onChange } = props
  const { t } = useText()
  return (
    <div className="field-row">
      <SelectField
        label={t('rules.budget')}
        value={form.budget}
        options={(['none', 'serve', 'away'] as const).map((id) => ({
          id,
          label: t(`rules.budgets.${id}`),
        }))}
        problem={problems.get('budget')}
        onChange={(budget) => onChange({ budget })}
      />
      {form.budget !== 'none' && (
        <CountField {...props} field="budgetCount" label={t('rules.budgetCount')} min={0} />
      )}
    </div>
  )
}

function Priority({ form, problems, onChange }: RulesFieldsProps) {
  const { t } = useText()
  const classes = (['low', 'normal', 'high', 'critical'] as const).map((id) => ({
    id: String(id),
    label: t(`rules.priorities.${id}`),
  }))
  const isOwn = !Object.hasOwn(PRIORITIES, form.priority)
  const own = { id: form.priority, label: t('rules.priorityOwn', { priority: form.priority }) }
  return (
    <SelectField
      label={t('rules.priority')}
      value={form.priority}
      options={isOwn ? [own, ...classes] : classes}
      problem={problems.get('priority')}
      onChange={(priority) => onChange({ priority })}
    />
  )
}
