import { useState } from 'react'
import {
  Button,
  ConfirmDialog,
  Dialog,
  DialogActions,
  ProblemPanel,
  TextArea,
  TextField,
} from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { type Problem, toProblem } from '../../transport/index.ts'

/** Takes a value and forgets it as soon as the node has it. Without a name it asks for one. */
export function SecretDialog(props: {
  workload: string
  name?: string
  /** There is none of this name yet. */
  isNew?: boolean
  onClose: () => void
  onSaved: () => Promise<void>
}) {
  const { workload, isNew = props.name === undefined, onClose } = props
  const { t } = useText()
  const { client, toasts } = useWorld()
  const [name, setName] = useState(props.name ?? '')
  const [value, setValue] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()

  const save = async (): Promise<void> => {
    setBusy(true)
    try {
      const { version } = await client().secrets.set({
        ...{ name: `${workload}/${name}`, value: base64Of(value) },
        // Nobody replaces by accident what somebody else has set meanwhile.
        ...(isNew && { version: 0 }),
      })
      toasts.show({ text: t('workloads.secret.saved', { name, version }) })
      await props.onSaved()
      onClose()
    } catch (error) {
      setProblem(toProblem(error))
      setBusy(false)
    }
  }
  const title =
    props.name === undefined
      ? t('workloads.secret.addTitle', { workload })
      : t(isNew ? 'workloads.secret.setTitle' : 'workloads.secret.replaceTitle', { name })
  return (
    <Dialog title={title} closeLabel={t('words.close')} onClose={onClose}>
      {props.name === undefined && (
        <TextField
          label={t('workloads.secret.name')}
          hint={t('workloads.secret.nameHint')}
          value={name}
          onChange={setName}
          autoFocus
          mono
        />
      )}
      <TextArea
        label={t('workloads.secret.value')}
        hint={t('workloads.secret.valueHint')}
        value={value}
        onChange={setValue}
        autoFocus={props.name !== undefined}
        rows={3}
        hidden
      />
      {problem && <ProblemPanel title={t('shell.problemTitle')}>{problem.message}</ProblemPanel>}
      <DialogActions>
        <Button onPress={onClose}>{t('words.cancel')}</Button>
        <Button
          kind="primary"
          busy={busy}
          disabled={name === '' || value === ''}
          onPress={() => void save()}
        >
          {t('workloads.secret.save')}
        </Button>
      </DialogActions>
    </Dialog>
  )
}

/** What is deleted is gone for good, so it is asked. */
export function DeleteSecretDialog(props: {
  workload: string
  name: string
  onClose: () => void
  onDeleted: () => Promise<void>
}) {
  const { workload, name, onClose } = props
  const { t } = useText()
  const { client, toasts } = useWorld()
  const remove = async (): Promise<void> => {
    try {
      await client().secrets.delete({ name: `${workload}/${name}` })
      toasts.show({ text: t('workloads.secret.deleted', { name }) })
      await props.onDeleted()
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
  }
  return (
    <ConfirmDialog
      title={t('workloads.secret.deleteTitle', { name })}
      closeLabel={t('words.close')}
      cancelLabel={t('words.cancel')}
      confirmLabel={t('workloads.secret.delete')}
      kind="danger"
      onConfirm={remove}
      onClose={onClose}
    >
      <p>{t('workloads.secret.deleteDetail')}</p>
    </ConfirmDialog>
  )
}

function base64Of(text: string): string {
  const bytes = new TextEncoder().encode(text)
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}
