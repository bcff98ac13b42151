import { useState } from 'react'
import type { Status } from '../../../node-core/api/contract/index.ts'
import { Button, Checkbox, Waiting } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatRoute, useResource, useWorld } from '../../state/index.ts'
import { LeaveDialog } from '../leaving/index.ts'
import { useVolumes } from '../volumes/index.ts'
import { type Losses, lossOf, type Question, questionOf, strandedBy } from './losses.ts'

export function Leave({ status }: { status: Status }) {
  const { t } = useText()
  const [asking, setAsking] = useState(false)
  const network = status.network?.name ?? ''
  return (
    <section className="computer-leave">
      <div>
        <h2>{t('computer.leave')}</h2>
        <p className="quiet">{t('computer.leaveDetail')}</p>
      </div>
      <Button icon="leave" onPress={() => setAsking(true)}>
        {t('computer.leave')}
      </Button>
      {asking && (
        <LeaveThis network={network} self={status.node.id} onClose={() => setAsking(false)} />
      )}
    </section>
  )
}

function LeaveThis(props: { network: string; self: string; onClose: () => void }) {
  const { network, self, onClose } = props
  const { t } = useText()
  const { route } = useWorld()
  const losses = useLosses(self)
  const question = questionOf(losses)
  const [answered, setAnswered] = useState<Question>()
  return (
    <LeaveDialog
      network={network}
      isAnswered={question === answered}
      onLeft={() => route.go({ at: 'network', view: 'map' })}
      onClose={onClose}
    >
      {losses ? <Told network={network} losses={losses} /> : <Waiting label={t('words.loading')} />}
      {question !== undefined && question !== 'waiting' && (
        <Checkbox
          checked={question === answered}
          onChange={(yes) => setAnswered(yes ? question : undefined)}
        >
          {t(`computer.leaveAnswer.${answerOf(question)}`)}
        </Checkbox>
      )}
    </LeaveDialog>
  )
}

function answerOf(question: Exclude<Question, 'waiting' | undefined>) {
  if (question === 'unknown') return question
  return question.startsWith('lastData') ? ('lastData' as const) : ('data' as const)
}

/** Undefined until it is known, or known not to be. */
function useLosses(self: string): Losses | undefined {
  const members = useResource(useWorld().members)
  const { volumes, problem } = useVolumes(({ node }) => node === self)
  const unknown = members.data ? problem : (members.problem ?? problem)
  if (unknown) return { known: false, why: unknown.message }
  if (!members.data || !volumes) return undefined
  return { known: true, loss: lossOf(members.data, self), names: strandedBy(volumes, self) }
}

/** What goes with this computer, and what nobody has while it is away. */
function Told({ network, losses }: { network: string; losses: Losses }) {
  const { t } = useText()
  if (!losses.known) return <p>{t('computer.leaveUnknown', { message: losses.why })}</p>
  const { loss, names } = losses
  const data = loss === 'network' ? 'computer.leaveLastData' : 'computer.leaveData'
  return (
    <>
      <p>{loss === 'network' ? t('computer.leaveLast', { network }) : t('computer.leaveBody')}</p>
      {loss === 'admin' && (
        <p>
          {t('computer.leaveLastAdmin', { network })}{' '}
          <a href={formatRoute({ at: 'network', view: 'people' })}>
            {t('computer.leaveLastAdminTo')}
          </a>
        </p>
      )}
      {names.length > 0 && <p>{t(data, { names: names.join(', ') })}</p>}
    </>
  )
}
