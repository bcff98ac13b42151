import { Button, ProblemPanel, TextField } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import type { StepProps } from './first-run.tsx'
import { OwnerFile, sayWrong } from './owner-file.tsx'
import { isReady, isToldAtFields } from './steps.ts'

export function NameIt({ state, dispatch, onDone }: StepProps & { onDone: () => void }) {
  const { problem } = state
  const { t } = useText()
  const isStart = state.way === 'start'
  const asksFirst = state.way === 'nearby' || state.way === 'seed'
  const wrong = (path: string): string | undefined =>
    problem?.fields.find((field) => field.path === path)?.message
  return (
    <form
      className="first-run-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady(state)) onDone()
      }}
    >
      <h1>{t(isStart ? 'firstRun.name.title' : 'firstRun.name.titleJoin')}</h1>
      {isStart && (
        <TextField
          label={t('firstRun.name.network')}
          hint={t('firstRun.name.networkHint')}
          placeholder={t('firstRun.name.networkExample')}
          autoFocus
          value={state.networkName}
          problem={wrong('networkName')}
          onChange={(networkName) => dispatch({ type: 'enter', part: { networkName } })}
        />
      )}
      <TextField
        label={t('firstRun.name.computer')}
        hint={t('firstRun.name.computerHint')}
        placeholder={t('firstRun.name.computerExample')}
        autoFocus={!isStart}
        value={state.nodeName}
        problem={wrong('nodeName')}
        onChange={(nodeName) => dispatch({ type: 'enter', part: { nodeName } })}
      />
      <TextField
        label={t('firstRun.name.owner')}
        hint={t(asksFirst ? 'firstRun.name.ownerHintAsk' : 'firstRun.name.ownerHint')}
        placeholder={t('firstRun.name.ownerExample')}
        value={state.ownerName}
        problem={wrong('ownerName')}
        onChange={(ownerName) => dispatch({ type: 'enter', part: { ownerName } })}
      />
      <OwnerFile state={state} dispatch={dispatch} problem={problem} />
      {problem && !isToldAtFields(state) && (
        <ProblemPanel title={t('firstRun.problem')}>
          {t('firstRun.problemKept', { message: sayWrong(problem, t) })}
        </ProblemPanel>
      )}
      <div className="first-run-actions">
        <Button kind="primary" type="submit" disabled={!isReady(state)}>
          {isStart
            ? t('firstRun.name.start')
            : asksFirst
              ? t('firstRun.name.ask')
              : t('firstRun.name.join', { network: state.invitedTo ?? '' })}
        </Button>
      </div>
    </form>
  )
}
