import type { CatalogueQuestion } from '../../../../node-core/api/contract/index.ts'
import {
  Button,
  Checkbox,
  CopyText,
  NumberField,
  SelectField,
  TextArea,
  TextField,
} from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'

type Answer = string | number | boolean

/** One question, asked in the way of its kind. Its words are the entry's own. */
export function QuestionField(props: {
  question: CatalogueQuestion
  answer: Answer | undefined
  problem: string | undefined
  onChange: (answer: Answer | undefined) => void
}) {
  const { question, problem, onChange } = props
  const { t } = useText()
  const { label, help: hint } = question
  const asked = { label, hint, problem }
  if (question.kind === 'secret') {
    return <MadeSecret label={label} value={props.answer} problem={problem} onChange={onChange} />
  }
  const answer = props.answer ?? question.default
  switch (question.kind) {
    case 'number':
      return (
        <NumberField
          {...asked}
          lessLabel={t('words.less')}
          moreLabel={t('words.more')}
          value={Number(answer)}
          min={question.min}
          max={question.max}
          onChange={(value) => {
            if (Number.isInteger(value)) onChange(value)
          }}
        />
      )
    case 'yes':
      return (
        <div>
          <Checkbox checked={answer === true} onChange={onChange}>
            {label}
          </Checkbox>
          {hint && <p className="field-hint">{hint}</p>}
        </div>
      )
    case 'choice':
      return (
        <SelectField
          {...asked}
          value={String(answer)}
          options={question.options.map((option) => ({ id: option.value, label: option.label }))}
          onChange={onChange}
        />
      )
    case 'lines':
      return <TextArea {...asked} mono rows={8} value={String(answer)} onChange={onChange} />
    case 'size':
      return (
        <TextField
          {...asked}
          hint={hint ?? t('deploy.catalogue.size', { min: question.min, max: question.max })}
          value={String(answer)}
          onChange={onChange}
        />
      )
    case 'name':
    case 'image':
    case 'text':
      return (
        <TextField
          {...asked}
          mono={question.kind === 'image'}
          value={String(answer)}
          onChange={onChange}
        />
      )
  }
}

/** Shown while the draft is, and never again: to be copied now, or made anew. */
function MadeSecret(props: {
  label: string
  value: Answer | undefined
  problem: string | undefined
  onChange: (answer: Answer | undefined) => void
}) {
  const { t } = useText()
  return (
    <fieldset className="field plain-set">
      <legend className="field-label">{props.label}</legend>
      <div className="made-secret">
        {props.value !== undefined && (
          <CopyText
            key={String(props.value)}
            text={String(props.value)}
            copyLabel={t('words.copy')}
            copiedLabel={t('words.copied')}
          />
        )}
        <Button kind="plain" onPress={() => props.onChange(undefined)}>
          {t('deploy.catalogue.another')}
        </Button>
      </div>
      <span className="field-hint">{t('deploy.catalogue.once')}</span>
      {props.problem && <span className="field-problem">{props.problem}</span>}
    </fieldset>
  )
}
