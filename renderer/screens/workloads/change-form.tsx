import { useState } from 'react'
import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button, Disclosure, ProblemPanel, TextArea, TextField } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { asSaid, useWorld } from '../../state/index.ts'
import { type Inputs, type Problem, toProblem } from '../../transport/index.ts'
import {
  BoundsFields,
  CopiesFields,
  commandOf,
  FilesFields,
  placeProblems,
  Reach,
  type RulesForm,
  ruleFieldOf,
  rulesChange,
  rulesFrom,
  TakeoverFields,
  wrongRulesOf,
} from '../rules/index.ts'

/** What it is now, to be entered anew; only what differs is sent. */
export function ChangeForm(props: { workload: WorkloadView; onClose: () => void }) {
  const { workload, onClose } = props
  const { t } = useText()
  const { client, workloads, toasts } = useWorld()
  // As it was when the form was opened: what others change meanwhile is not taken back.
  const [before] = useState(() => ({ image: onlyImageOf(workload), form: rulesFrom(workload) }))
  const [form, setForm] = useState(before.form)
  const [image, setImage] = useState(before.image)
  const [command, setCommand] = useState('')
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  const { name, kind } = workload
  const isJob = workload.job !== undefined
  // Of several containers each has its own, which a manifest says.
  const onlyPart = workload.parts.length === 1 ? workload.parts[0] : undefined
  const change = {
    ...rulesChange(before.form, form, isJob),
    ...(image !== undefined && image.trim() !== before.image && { image: image.trim() }),
    // What was handed to the one before it is no part of what was written.
    ...(commandOf(command).length > 0 && { command: commandOf(command), args: [] }),
  }
  const wrong = wrongRulesOf(form, isJob).map((field) => t(`rules.${field}`))

  const save = async (): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      const asked: Inputs['workloads']['change'] = { ...change, name }
      const changed = await client().workloads.change(asked)
      const all = workloads.store.getState().data ?? []
      workloads.put(all.map((each) => (each.name === name ? asSaid(changed) : each)))
      toasts.show({ text: t('workloads.rules.changed', { name, version: changed.generation }) })
      onClose()
    } catch (error) {
      setProblem(toProblem(error))
      setBusy(false)
    }
  }
  const fields = {
    form,
    problems: placeProblems<string>(problem?.fields ?? [], fieldOf),
    onChange: (part: Partial<RulesForm>) => {
      setProblem(undefined)
      setForm((now) => ({ ...now, ...part }))
    },
  }
  return (
    <form
      className="change-form"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <p className="quiet">{t('workloads.rules.changeIntro')}</p>
      {image !== undefined && (
        <TextField
          label={t('deploy.imageField')}
          mono
          value={image}
          problem={fields.problems.get('image')}
          onChange={setImage}
        />
      )}
      {onlyPart && kind === 'container' && (
        <TextArea
          label={t('deploy.ownCommand')}
          hint={t('workloads.rules.commandHint')}
          mono
          rows={2}
          value={command}
          problem={fields.problems.get('command')}
          onChange={setCommand}
        />
      )}
      {!isJob && <CopiesFields {...fields} name={name} />}
      {onlyPart && <BoundsFields {...fields} />}
      <div>
        {onlyPart && (
          <Disclosure title={t('rules.files')}>
            <FilesFields
              {...fields}
              isContainer={kind === 'container'}
              had={onlyPart.files ?? []}
            />
          </Disclosure>
        )}
        <Disclosure title={t('rules.changes')}>
          <TakeoverFields {...fields} isJob={isJob} />
        </Disclosure>
        <Disclosure title={t('rules.reaching')}>
          <Reach {...fields} />
        </Disclosure>
      </div>
      {problem && (
        <ProblemPanel title={t('workloads.rules.notChanged')}>{unplaced(problem)}</ProblemPanel>
      )}
      {wrong.length > 0 && <p role="status">{t('rules.unread', { fields: wrong.join(', ') })}</p>}
      <div className="page-actions">
        <Button
          kind="primary"
          type="submit"
          busy={busy}
          disabled={Object.keys(change).length === 0 || wrong.length > 0}
        >
          {t('workloads.rules.save')}
        </Button>
        <Button onPress={onClose}>{t('words.cancel')}</Button>
      </div>
    </form>
  )
}

function onlyImageOf({ parts, image }: WorkloadView): string | undefined {
  return parts.length === 1 ? image : undefined
}

function fieldOf(path: string): string | undefined {
  if (path === 'image') return path
  return /^command(\.|$)/.test(path) ? 'command' : ruleFieldOf(path)
}

/** What stands at no field of this form is said in whole. */
function unplaced({ fields, message }: Problem): string {
  const rest = fields.filter(({ path }) => fieldOf(path) === undefined)
  if (fields.length === 0) return message
  return rest.map((each) => `${each.path}: ${each.message}`).join(' ')
}
