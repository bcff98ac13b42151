import { useText } from '../../i18n/index.ts'
import { placeProblems } from '../rules/index.ts'
import { type FilledForm, useDraftStore } from './draft/index.ts'
import { filledIn, withSource } from './filled-in.ts'
import { EMPTY_FORM, fieldOf } from './form.ts'
import { FormFields } from './form-fields.tsx'
import { SameInText } from './same-in-text.tsx'
import type { WayProps } from './ways.ts'

export const NEW_OWN: FilledForm = { kind: 'own', form: EMPTY_FORM, gave: [] }

/** An image or a program of one's own. */
export function OwnForm(props: WayProps & { filled: Extract<FilledForm, { kind: 'own' }> }) {
  const { t } = useText()
  const { change } = useDraftStore()
  const { form, gave } = props.filled
  const [given] = gave
  return (
    <>
      <h2>{t('deploy.catalogue.own')}</h2>
      <FormFields
        form={form}
        problems={placeProblems(given ? props.problemsOf(given) : [], fieldOf)}
        onChange={(part) => change((now) => filledIn(now, part), 'form')}
        onSource={(part, source) => change((now) => withSource(now, part, source), 'form')}
      />
      {given && <SameInText input={given} />}
    </>
  )
}
