import { useState } from 'react'
import type { ProposalView } from '../../../node-core/api/contract/index.ts'
import { Button, StateWord } from '../../design/index.ts'
import { formatWhen } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'
import { countsOf, factsOf, ownTone, shownValue, toneOf } from './proposal-words.ts'

type Choice = 'yes' | 'no'

export function Proposal({ proposal }: { proposal: ProposalView }) {
  const { t, language } = useText()
  const { time } = useWorld()
  const { id, text, state, change, refused } = proposal
  const title = `proposal-${id}`
  return (
    <li className="proposal" aria-labelledby={title}>
      <div className="proposal-title">
        <h3 id={title}>{text}</h3>
        <StateWord tone={toneOf(state)}>{t(`proposals.state.${state}`)}</StateWord>
      </div>
      <p className="quiet small">
        {factsOf(proposal, { t, nowMs: time.now(), language }).join(' · ')}
      </p>
      {change && (
        <p>
          {t('proposals.changes')} <code>{`${change.setting} = ${shownValue(change.value)}`}</code>
        </p>
      )}
      {refused !== undefined && (
        <StateWord tone="bad">{t('proposals.refused', { code: refused })}</StateWord>
      )}
      <Tally proposal={proposal} />
      <OwnVote proposal={proposal} />
    </li>
  )
}

/** In words; the bar says the same at a glance. Half of all who may vote is where it passes. */
function Tally({ proposal }: { proposal: ProposalView }) {
  const { t } = useText()
  const { members, votes, yes, no } = proposal
  const share = (count: number) => ({ width: `${(100 * count) / Math.max(1, members)}%` })
  return (
    <>
      <div className="tally" aria-hidden="true">
        {yes === undefined ? (
          <span className="tally-hidden" style={share(votes)} />
        ) : (
          <>
            <span className="tally-yes" style={share(yes)} />
            <span className="tally-no" style={share(no ?? 0)} />
          </>
        )}
      </div>
      <p className="figure">{countsOf(proposal, t)}</p>
    </>
  )
}

function OwnVote({ proposal }: { proposal: ProposalView }) {
  const { t, language } = useText()
  const { id, own, mayVote, state, endsAt } = proposal
  const { busy, vote } = useVote(id)
  const isOpen = state === 'voting'
  return (
    <div className="own-vote">
      {own !== 'none' && <StateWord tone={ownTone(own)}>{t(`proposals.own.${own}`)}</StateWord>}
      {own === 'committed' && isOpen && (
        <p className="quiet small">
          {endsAt
            ? t('proposals.keepOnUntil', { when: formatWhen(endsAt, language) })
            : t('proposals.keepOn')}
        </p>
      )}
      {isOpen && !mayVote && <p className="quiet small">{t('proposals.mayNot')}</p>}
      {mayVote && (
        <div className="page-actions">
          {(['yes', 'no'] as const).map((choice) => (
            <Button key={choice} busy={busy === choice} onPress={() => void vote(choice)}>
              {t(own === 'none' ? `proposals.${choice}` : `proposals.again.${choice}`)}
            </Button>
          ))}
        </div>
      )}
    </div>
  )
}

/** What was said can be said otherwise until the voting closes, so nothing is asked before. */
function useVote(id: number) {
  const { t } = useText()
  const { client, toasts, proposals } = useWorld()
  const [busy, setBusy] = useState<Choice>()
  const vote = async (choice: Choice): Promise<void> => {
    // A button that is switched off loses the focus, so the second press is overheard instead.
    if (busy) return
    setBusy(choice)
    try {
      const { own } = await client().proposals.vote({ id, choice })
      toasts.show({ text: t(own === 'kept' ? 'proposals.kept' : 'proposals.voteIn') })
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
    setBusy(undefined)
    proposals.refresh()
  }
  return { busy, vote }
}
