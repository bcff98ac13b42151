import { Button, TextField } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import type { StepProps } from './first-run.tsx'

export function FindBySeed({ state, dispatch }: StepProps) {
  const { t } = useText()
  return (
    <>
      <h1>{t('firstRun.seed.title')}</h1>
      <TextField
        label={t('firstRun.seed.field')}
        hint={t('firstRun.seed.hint')}
        mono
        autoFocus
        value={state.seed}
        onChange={(seed) => dispatch({ type: 'enter', part: { seed } })}
      />
      <div className="first-run-actions">
        <Button
          kind="primary"
          disabled={state.seed.trim() === ''}
          onPress={() => dispatch({ type: 'go', to: 'name' })}
        >
          {t('words.next')}
        </Button>
      </div>
    </>
  )
}
