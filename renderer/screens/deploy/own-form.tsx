import { Button, ProblemPanel } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { placeProblems } from '../rules/index.ts'
import { type Draft, isInStep, useDraft, useDraftStore, withForm } from './draft/index.ts'
import { type DeployForm, EMPTY_FORM, fieldOf, toInput } from './form.ts'
import { FormFields } from './form-fields.tsx'
import { SameInText } from './same-in-text.tsx'
import type { WayProps } from './ways.ts'

/** An image or a program of one's own. */
export function OwnForm({ problemsOf }: WayProps) {
  const draft = useDraft()
  const { change } = useDraftStore()
  const form = draft.form?.form ?? EMPTY_FORM
  const given = draft.form?.gave[0]
  if (!isInStep(draft)) return <OutOfStep />
  return (
    <div className="deploy-form">
      <FormFields
        form={form}
        problems={placeProblems(given ? problemsOf(given) : [], fieldOf)}
        onChange={(part) => change((now) => filledIn(now, part), 'form')}
      />
      {given && <SameInText input={given} />}
    </div>
  )
}

function filledIn(draft: Draft, part: Partial<DeployForm>): Draft {
  const form = { ...(draft.form?.form ?? EMPTY_FORM), ...part }
  const input = toInput(form)
  return withForm(draft, { kind: 'own', form, gave: input ? [input] : [] })
}

/** The draft says more, or something else, than the form could: nobody's change is undone in silence. */
function OutOfStep() {
  const { t } = useText()
  const { change } = useDraftStore()
  return (
    <ProblemPanel
      title={t('deploy.outOfStep.title')}
      actions={
        <>
          <Button onPress={() => change((now) => (now.form ? withForm(now, now.form) : now))}>
            {t('deploy.outOfStep.form')}
          </Button>
          <Button kind="plain" onPress={() => change(({ form: _, ...rest }) => rest)}>
            {t('deploy.outOfStep.another')}
          </Button>
        </>
      }
    >
      {t('deploy.outOfStep.detail')}
    </ProblemPanel>
  )
}
