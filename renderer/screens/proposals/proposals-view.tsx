import { useState } from 'react'
import type { ProposalView, Status } from '../../../node-core/api/contract/index.ts'
import { Button, Empty, Icon, ProblemPanel, Waiting } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useResource, useWorld } from '../../state/index.ts'
import { MakeDialog } from './make-dialog.tsx'
import { Proposal } from './proposal.tsx'
import { waitsForVote } from './proposal-words.ts'
import './proposals.css'

/** What the members are asked, what they said, and a question of one's own. */
export function ProposalsView({ status }: { status: Status }) {
  const { t } = useText()
  const { data: proposals, problem } = useResource(useWorld().proposals)
  const [making, setMaking] = useState(false)
  const { primary } = status
  if (!primary) {
    return (
      <Empty icon="ballot" title={t('registry.noneTitle')}>
        {t('proposals.noneDetail')}
      </Empty>
    )
  }
  const make = (
    <Button kind="primary" icon="plus" disabled={!primary.inForce} onPress={() => setMaking(true)}>
      {t('proposals.make')}
    </Button>
  )
  return (
    <div className="proposals">
      {!primary.inForce && <p role="status">{t('proposals.writesWait')}</p>}
      {!proposals && problem && (
        <ProblemPanel title={t('shell.loadProblem')}>{problem.message}</ProblemPanel>
      )}
      {!proposals && !problem && <Waiting label={t('words.loading')} />}
      {proposals && (
        <div className="proposals-intro">
          {proposals.length > 0 && <p className="quiet">{t('proposals.intro')}</p>}
          {/* One button, whatever there is: the dialog gives it the focus back. */}
          {make}
        </div>
      )}
      {proposals?.length === 0 && (
        <Empty icon="ballot" title={t('proposals.emptyTitle')}>
          {t('proposals.emptyDetail')}
        </Empty>
      )}
      {proposals && proposals.length > 0 && <Groups proposals={proposals} />}
      {making && <MakeDialog status={status} onClose={() => setMaking(false)} />}
    </div>
  )
}

/** The newest first: first what can still be voted on. */
function Groups({ proposals }: { proposals: readonly ProposalView[] }) {
  const { t } = useText()
  const newest = proposals.toReversed()
  const groups = [
    { title: t('proposals.open'), shown: newest.filter(({ state }) => state === 'voting') },
    { title: t('proposals.revealing'), shown: newest.filter(({ state }) => state === 'revealing') },
    {
      title: t('proposals.decided'),
      shown: newest.filter(({ state }) => state === 'passed' || state === 'rejected'),
    },
  ]
  return groups
    .filter(({ shown }) => shown.length > 0)
    .map(({ title, shown }) => (
      <section key={title}>
        <h2>{title}</h2>
        <ul>
          {shown.map((proposal) => (
            <Proposal key={proposal.id} proposal={proposal} />
          ))}
        </ul>
      </section>
    ))
}

/** Said wherever one looks at the network, until something is said to it. */
export function WaitingProposals() {
  const { t } = useText()
  const world = useWorld()
  const waiting = useResource(world.proposals).data?.filter(waitsForVote) ?? []
  const [first] = waiting
  if (!first) return null
  return (
    <div className="network-waiting" role="status">
      <Icon name="ballot" />
      <span>{t('proposals.waiting', { count: waiting.length, text: first.text })}</span>
      <Button onPress={() => world.route.go({ at: 'network', view: 'proposals' })}>
        {t('network.waitingLook')}
      </Button>
    </div>
  )
}
