import { Button, TextArea } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import type { StepProps } from './first-run.tsx'
import { InvitePreview } from './invite-preview.tsx'

export function FindByInvite({ state, dispatch }: StepProps) {
  const { t } = useText()
  return (
    <>
      <h1>{t('firstRun.invite.title')}</h1>
      <TextArea
        label={t('firstRun.invite.field')}
        mono
        autoFocus
        rows={3}
        value={state.invite}
        onChange={(invite) => dispatch({ type: 'enter', part: { invite } })}
      />
      <InvitePreview
        invite={state.invite}
        onInspected={(invitedTo) => dispatch({ type: 'enter', part: { invitedTo } })}
      />
      <div className="first-run-actions">
        <Button
          kind="primary"
          disabled={state.invitedTo === undefined}
          onPress={() => dispatch({ type: 'go', to: 'name' })}
        >
          {t('words.next')}
        </Button>
      </div>
    </>
  )
}
