import { useState } from 'react'
import { Button, Choice, ChoiceGroup } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import type { StepProps } from './first-run.tsx'
import type { Way } from './steps.ts'

export function Choose({ state, dispatch }: StepProps) {
  const { t } = useText()
  const [way, setWay] = useState<Way>(state.way)
  return (
    <>
      <h1>{t('firstRun.choose.title')}</h1>
      <ChoiceGroup label={t('firstRun.choose.title')} labelHidden value={way} onChange={setWay}>
        <Choice
          value="start"
          autoFocus={state.way === 'start'}
          icon="plus"
          title={t('firstRun.choose.start')}
          detail={t('firstRun.choose.startDetail')}
        />
        <Choice
          value="invite"
          autoFocus={state.way === 'invite'}
          icon="link"
          title={t('firstRun.choose.invite')}
          detail={t('firstRun.choose.inviteDetail')}
        />
        <Choice
          value="nearby"
          autoFocus={state.way === 'nearby'}
          icon="radar"
          title={t('firstRun.choose.nearby')}
          detail={t('firstRun.choose.nearbyDetail')}
        />
        <Choice
          value="seed"
          autoFocus={state.way === 'seed'}
          icon="file"
          title={t('firstRun.choose.seed')}
          detail={t('firstRun.choose.seedDetail')}
        />
      </ChoiceGroup>
      <div className="first-run-actions">
        <Button kind="primary" onPress={() => dispatch({ type: 'choose', way })}>
          {t('words.next')}
        </Button>
      </div>
    </>
  )
}
