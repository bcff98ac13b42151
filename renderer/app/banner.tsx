import type { Status } from '../../node-core/api/contract/index.ts'
import { Button, Icon } from '../design/index.ts'
import { useText } from '../i18n/index.ts'
import { useConnection, useRoute, useWorld } from '../state/index.ts'
import { AsleepBanner } from './asleep-banner.tsx'
import { useSecondsToRetry } from './seconds-to-retry.ts'

/** Says what is wrong with the whole, for as long as it is. */
export function Banner({ status, startsAgain }: { status: Status; startsAgain: boolean }) {
  const { phase, problem } = useConnection()
  if (problem?.code === 'NODE_STOPPED') return <StoppedBanner />
  if (phase !== 'open') return <LostBanner />
  if (startsAgain) return <StartsAgainBanner network={status.network?.name ?? ''} />
  return (
    <>
      <AsleepBanner />
      {status.degraded.length > 0 && <DegradedBanner status={status} />}
    </>
  )
}

/** Nothing is wrong, and nothing is tried by itself. */
function StoppedBanner() {
  const { t } = useText()
  const { connection } = useWorld()
  return (
    <div className="banner banner-warn">
      <Icon name="info" />
      <div className="banner-words">
        <strong role="alert">{t('shell.stoppedTitle')}</strong>
        <p>{t('shell.stoppedDetail')}</p>
      </div>
      <Button onPress={connection.startNode}>{t('shell.startNode')}</Button>
    </div>
  )
}

function LostBanner() {
  const { t } = useText()
  const { connection } = useWorld()
  const { phase, problem } = useConnection()
  const seconds = useSecondsToRetry()
  const title = problem ? t('shell.notStarted') : t('shell.lostTitle')
  return (
    <div className="banner banner-bad">
      <Icon name="warning" />
      <div className="banner-words">
        {/* Without the countdown, which a screen reader would say anew every second. */}
        <strong role="alert">{phase === 'connecting' ? t('shell.starting') : title}</strong>
        {problem && <p>{problem.message}</p>}
        <p>{seconds > 0 ? t('shell.lostDetail', { seconds }) : t('shell.lostNow')}</p>
      </div>
      <Button onPress={connection.retry}>{t('words.again')}</Button>
    </div>
  )
}

/** The node was ended and started under the open window. */
function StartsAgainBanner({ network }: { network: string }) {
  const { t } = useText()
  return (
    <div className="banner banner-warn" role="status">
      <Icon name="info" />
      <div className="banner-words">
        <strong>{t('shell.startsAgainTitle', { network })}</strong>
        <p>{t('shell.startsAgainDetail')}</p>
      </div>
    </div>
  )
}

function DegradedBanner({ status }: { status: Status }) {
  const { t } = useText()
  const { route } = useWorld()
  const here = useRoute()
  // The registry says it by itself, and which computers are missing.
  const isShown = here.at === 'network' && here.view === 'registry'
  const waits = !isShown && status.degraded.some(({ code }) => code === 'NO_QUORUM')
  const others = status.degraded.filter(({ code }) => code !== 'NO_QUORUM')
  if (!waits && others.length === 0) return null
  return (
    <div className="banner banner-warn" role="status">
      <Icon name="info" />
      <div className="banner-words">
        <span className="sr-only">{t('shell.degradedTitle')}</span>
        {waits && (
          <p>
            <strong>{t('registry.writesWait')}.</strong>{' '}
            {t('registry.waitDetail', { count: status.primary?.voters.length ?? 0 })}
          </p>
        )}
        {others.map((reason) => (
          <p key={reason.code}>{reason.message}</p>
        ))}
      </div>
      {waits && (
        <Button onPress={() => route.go({ at: 'network', view: 'registry' })}>
          {t('registry.look')}
        </Button>
      )}
    </div>
  )
}
