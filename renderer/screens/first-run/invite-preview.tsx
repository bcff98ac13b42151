import { useEffect, useRef, useState } from 'react'
import { Fact, Facts, ProblemPanel, Waiting } from '../../design/index.ts'
import { formatWhen } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { type Outputs, type Problem, toProblem } from '../../transport/index.ts'
import './first-run.css'

type Inspected = Outputs['network']['inspectInvite']

const SETTLE_MS = 250

/** Where an invite leads, read from the invite itself: nothing is sent and nothing is joined. */
export function InvitePreview(props: {
  invite: string
  /** Told the network's name once the invite can be used, and nothing while it cannot. */
  onInspected?: (networkName: string | undefined) => void
}) {
  const { t, language } = useText()
  const { time } = useWorld()
  const { inspected, problem } = useInspection(props.invite.trim())
  const isExpired = inspected !== undefined && Date.parse(inspected.expiresAt) < time.now()
  const usable = inspected && !isExpired ? inspected.networkName : undefined
  const tell = useRef(props.onInspected)
  tell.current = props.onInspected
  useEffect(() => tell.current?.(usable), [usable])

  if (props.invite.trim() === '') return null
  if (problem) {
    return (
      <ProblemPanel title={t('firstRun.invite.problem')}>
        {t('firstRun.invite.problemNext', { message: problem.message })}
      </ProblemPanel>
    )
  }
  if (!inspected) return <Waiting label={t('firstRun.invite.looking')} rows={2} />
  return (
    <section className="invite-card" aria-live="polite">
      <p className="quiet small">{t('firstRun.invite.leads')}</p>
      <h2>{inspected.networkName}</h2>
      <Facts>
        <Fact name={t('firstRun.invite.from')}>{inspected.issuer}</Fact>
        <Fact name={t('firstRun.invite.may')}>
          {inspected.permissions.map((each) => t(`words.permission.${each}`)).join(', ')}
        </Fact>
        <Fact name={t('firstRun.invite.until')}>
          {formatWhen(inspected.expiresAt, language)}
          {isExpired && <p className="invite-expired">{t('firstRun.invite.expired')}</p>}
        </Fact>
      </Facts>
    </section>
  )
}

function useInspection(invite: string) {
  const { client, time } = useWorld()
  const [inspected, setInspected] = useState<Inspected>()
  const [problem, setProblem] = useState<Problem>()
  useEffect(() => {
    setInspected(undefined)
    setProblem(undefined)
    if (invite === '') return
    let current = true
    const ask = async (): Promise<void> => {
      try {
        const answer = await client().network.inspectInvite({ invite })
        if (current) setInspected(answer)
      } catch (error) {
        if (current) setProblem(toProblem(error))
      }
    }
    const cancel = time.after(SETTLE_MS, () => void ask())
    return () => {
      current = false
      cancel()
    }
  }, [client, time, invite])
  return { inspected, problem }
}
