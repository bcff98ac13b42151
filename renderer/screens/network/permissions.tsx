import { useState } from 'react'
import { Checkbox, ConfirmDialog } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import type { Outputs } from '../../transport/index.ts'

export type Permission = Outputs['members']['list']['members'][number]['permissions'][number]

/** What whoever comes in may do unless somebody says otherwise. */
export const USUAL: readonly Permission[] = ['use', 'deploy']

const PERMISSIONS: readonly Permission[] = ['use', 'deploy', 'invite', 'admin']

/** What somebody may do, to be ticked. */
export function PermissionsField(props: {
  value: readonly Permission[]
  onChange: (next: Permission[]) => void
}) {
  const { value, onChange } = props
  const { t } = useText()
  return (
    <fieldset className="plain-set">
      <legend>{t('network.permissions.legend')}</legend>
      {PERMISSIONS.map((permission) => (
        <Checkbox
          key={permission}
          checked={value.includes(permission)}
          onChange={(on) =>
            onChange(PERMISSIONS.filter((one) => (one === permission ? on : value.includes(one))))
          }
        >
          {t(`words.permission.${permission}`)}
        </Checkbox>
      ))}
    </fieldset>
  )
}

/** Asked where somebody is let in, and where what they may do is changed. */
export function PermissionsDialog(props: {
  title: string
  confirmLabel: string
  start: readonly Permission[]
  onGive: (permissions: Permission[]) => Promise<void>
  onClose: () => void
}) {
  const { t } = useText()
  const [given, setGiven] = useState<Permission[]>([...props.start])
  return (
    <ConfirmDialog
      title={props.title}
      closeLabel={t('words.close')}
      cancelLabel={t('words.cancel')}
      confirmLabel={props.confirmLabel}
      kind="primary"
      isAnswered={given.length > 0}
      onConfirm={() => props.onGive(given)}
      onClose={props.onClose}
    >
      <PermissionsField value={given} onChange={setGiven} />
      <p className="quiet small">{t('network.permissions.detail')}</p>
    </ConfirmDialog>
  )
}
