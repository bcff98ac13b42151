import { NumberField } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import type { CountField as Counted, RulesFieldsProps } from './rules-fields.ts'

/** A whole number of a form, with its steps. */
export function CountField(
  props: RulesFieldsProps & {
    field: Counted
    label: string
    hint?: string
    min: number
    max?: number
  },
) {
  const { form, problems, onChange, field, label, hint, min, max = 1_000 } = props
  const { t } = useText()
  return (
    <NumberField
      {...{ label, hint, min, max }}
      lessLabel={t('words.less')}
      moreLabel={t('words.more')}
      value={form[field]}
      problem={problems.get(field)}
      onChange={(value) => {
        if (Number.isInteger(value)) onChange({ [field]: value })
      }}
    />
  )
}
