import { NumberField, TextField } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import type { FormFieldsProps } from './form-fields.tsx'

/** What is asked of work that runs to its end. */
export function JobFields({ form, problems, onChange }: FormFieldsProps) {
  const { t } = useText()
  const number = (field: 'replicas' | 'parallelism' | 'retries', min: number, max: number) => (
    <NumberField
      label={t(field === 'replicas' ? 'deploy.slots' : `deploy.${field}`)}
      hint={field === 'replicas' && t('deploy.slotsHint')}
      lessLabel={t('words.less')}
      moreLabel={t('words.more')}
      value={form[field]}
      min={min}
      max={max}
      problem={problems.get(field)}
      onChange={(value) => {
        if (Number.isInteger(value)) onChange({ [field]: value })
      }}
    />
  )
  return (
    <>
      {form.work === 'schedule' && (
        <div className="field-row">
          <TextField
            label={t('deploy.cron')}
            hint={t('deploy.cronHint')}
            mono
            value={form.cron}
            placeholder="30 3 * * *"
            problem={problems.get('cron')}
            onChange={(cron) => onChange({ cron })}
          />
          <TextField
            label={t('deploy.timeZone')}
            hint={t('deploy.timeZoneHint')}
            value={form.timeZone}
            problem={problems.get('timeZone')}
            onChange={(timeZone) => onChange({ timeZone })}
          />
        </div>
      )}
      <div className="field-row">
        {number('replicas', 1, 1_000)}
        {number('parallelism', 1, 1_000)}
        {number('retries', 0, 100)}
      </div>
    </>
  )
}
