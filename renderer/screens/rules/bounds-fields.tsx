import { SelectField, TextArea, TextField } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useResource, useWorld } from '../../state/index.ts'
import { CountField } from './count-field.tsx'
import { parseEgress } from './egress.ts'
import type { RulesFieldsProps } from './rules-fields.ts'

/** What each copy gets, and has to keep to. Graphics processors only where somebody grants some. */
export function BoundsFields(props: RulesFieldsProps) {
  const { t } = useText()
  const amount = (field: 'cpu' | 'memory' | 'disk', placeholder: string) => (
    <TextField
      label={t(`rules.${field}`)}
      hint={t(`rules.${field}Hint`)}
      value={props.form[field]}
      placeholder={placeholder}
      problem={props.problems.get(field)}
      onChange={(text) => props.onChange({ [field]: text })}
    />
  )
  return (
    <>
      <div className="field-row">
        {amount('cpu', '100m')}
        {amount('memory', '128Mi')}
        {amount('disk', '4Gi')}
      </div>
      <Gpus {...props} />
    </>
  )
}

function Gpus(props: RulesFieldsProps) {
  const { t } = useText()
  const nodes = useResource(useWorld().nodes).data ?? []
  const granting = nodes.filter(({ capacity }) => (capacity.gpus ?? 0) > 0)
  if (granting.length === 0 && props.form.gpus === 0) return null
  const sum = (counts: (number | undefined)[]): number =>
    counts.reduce<number>((all, count = 0) => all + count, 0)
  const hint = t('rules.gpusHint', {
    free: sum(granting.map(({ allocatable }) => allocatable.gpus)),
    count: sum(granting.map(({ capacity }) => capacity.gpus)),
    names: granting.map(({ name }) => name).join(', '),
  })
  return <CountField {...props} field="gpus" label={t('rules.gpus')} hint={hint} min={0} max={16} />
}

/** What it may connect to outside of the network; all of the Internet comes with a warning. */
export function Reach({ form, problems, onChange }: RulesFieldsProps) {
  const { t } = useText()
  const { wrongLine: line } = parseEgress(form.egress)
  const wrong = line === undefined ? undefined : t('rules.egressWrong', { line })
  return (
    <>
      <SelectField
        label={t('rules.reach')}
        value={form.reach}
        options={(['none', 'list', 'all'] as const).map((id) => ({
          id,
          label: t(`rules.reaches.${id}`),
        }))}
        onChange={(reach) => onChange({ reach })}
      />
      {form.reach === 'list' && (
        <TextArea
          label={t('rules.egress')}
          hint={t('rules.egressHint')}
          mono
          rows={2}
          value={form.egress}
          problem={problems.get('egress') ?? wrong}
          onChange={(egress) => onChange({ egress })}
        />
      )}
      {form.reach === 'all' && <p role="alert">{t('rules.egressWarning')}</p>}
    </>
  )
}
