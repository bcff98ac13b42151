import { Disclosure, SelectField, TextField } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { CountField } from './count-field.tsx'
import { DigitsField } from './digits-field.tsx'
import type { RulesFieldsProps } from './rules-fields.ts'
import './rules.css'

/** How many copies: so many, or as many as what is measured asks for. */
export function CopiesFields(props: RulesFieldsProps & { name: string }) {
  const { form, problems, onChange } = props
  const { t } = useText()
  const isFixed = form.scaling === 'fixed'
  return (
    <>
      <div className="field-row">
        <SelectField
          label={t('rules.scaling')}
          value={form.scaling}
          options={(['fixed', 'needed'] as const).map((id) => ({
            id,
            label: t(`rules.scalings.${id}`),
          }))}
          problem={problems.get('scaling')}
          onChange={(scaling) => onChange({ scaling })}
        />
        {isFixed && (
          <CountField
            {...props}
            field="replicas"
            label={t('rules.replicas')}
            hint={t('rules.replicasHint')}
            min={1}
          />
        )}
      </div>
      {!isFixed && <Needed {...props} />}
    </>
  )
}

function Needed(props: RulesFieldsProps & { name: string }) {
  const { form, problems, onChange } = props
  const { t } = useText()
  const measure = (field: 'requestsPerSecond' | 'p99Ms' | 'cpuPercent', placeholder: string) => (
    <DigitsField
      label={t(`rules.measure.${field}`)}
      hint={t(`rules.measureHint.${field}`)}
      value={form[field]}
      placeholder={placeholder}
      problem={problems.get(field)}
      onChange={(digits) => onChange({ [field]: digits })}
    />
  )
  return (
    <>
      <div className="field-row">
        <CountField
          {...props}
          field="least"
          label={t('rules.least')}
          hint={t('rules.leastHint')}
          min={0}
        />
        <CountField {...props} field="most" label={t('rules.most')} min={1} />
      </div>
      <fieldset className="field-group">
        <legend>{t('rules.measures')}</legend>
        <p className="quiet small">{t('rules.measuresHint')}</p>
        <div className="field-row">
          {measure('requestsPerSecond', '50')}
          {measure('p99Ms', '250')}
          {measure('cpuPercent', '70')}
        </div>
        <div className="field-row">
          <TextField
            label={t('rules.queueKey')}
            hint={t('rules.queueKeyHint', { name: props.name })}
            mono
            value={form.queueKey}
            problem={problems.get('queueKey')}
            onChange={(queueKey) => onChange({ queueKey })}
          />
          <DigitsField
            label={t('rules.queuePerCopy')}
            value={form.queuePerCopy}
            placeholder="1"
            problem={problems.get('queuePerCopy')}
            onChange={(queuePerCopy) => onChange({ queuePerCopy })}
          />
        </div>
      </fieldset>
      <Disclosure title={t('rules.pace')}>
        <Pace {...props} />
      </Disclosure>
    </>
  )
}

const USUAL_SECONDS = { upAfter: '15', downAfter: '300', idle: '300', wake: '30' } as const

/** How soon there are more or fewer, when it sleeps, and what all of them may take. */
function Pace({ form, problems, onChange }: RulesFieldsProps) {
  const { t } = useText()
  const seconds = (field: keyof typeof USUAL_SECONDS) => (
    <DigitsField
      label={t(`rules.seconds.${field}`)}
      value={form[field]}
      placeholder={USUAL_SECONDS[field]}
      problem={problems.get(field)}
      onChange={(digits) => onChange({ [field]: digits })}
    />
  )
  const ceiling = (field: 'ceilingCpu' | 'ceilingMemory', placeholder: string) => (
    <TextField
      label={t(`rules.${field}`)}
      hint={t('rules.ceilingHint')}
      value={form[field]}
      placeholder={placeholder}
      problem={problems.get(field)}
      onChange={(amount) => onChange({ [field]: amount })}
    />
  )
  return (
    <>
      <div className="field-row">
        {seconds('upAfter')}
        {seconds('downAfter')}
      </div>
      {form.least === 0 && (
        <div className="field-row">
          {seconds('idle')}
          {seconds('wake')}
        </div>
      )}
      <div className="field-row">
        {ceiling('ceilingCpu', '4')}
        {ceiling('ceilingMemory', '8Gi')}
      </div>
    </>
  )
}
