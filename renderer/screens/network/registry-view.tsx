import type { Status } from '../../../node-core/api/contract/index.ts'
import { Button, Empty, Fact, Facts, StateWord } from '../../design/index.ts'
import { formatCount } from '../../format/index.ts'
import { type Text, useText } from '../../i18n/index.ts'
import { useResource, useWorld } from '../../state/index.ts'
import { leaderOf } from './leader-words.ts'
import { marksOf } from './namesakes.ts'
import { RegistryTable } from './registry-table.tsx'
import { registryState } from './registry-words.ts'

type Primary = NonNullable<Status['primary']>

/** Who keeps the one truth, how well it stands, and what a person may change about it. */
export function RegistryView(props: { status: Status; mayInvite: boolean; onInvite: () => void }) {
  const { status } = props
  const { t, language } = useText()
  const nodes = useResource(useWorld().nodes).data ?? []
  const { primary } = status
  const marks = marksOf(nodes)
  if (!primary) {
    return (
      <Empty icon="spore" title={t('registry.noneTitle')}>
        {t('registry.noneDetail')}
      </Empty>
    )
  }
  const state = registryState(primary)
  return (
    <div className="registry">
      <p className="quiet">{t('registry.intro')}</p>
      <section className="registry-state" aria-label={t('registry.tab')}>
        <StateWord tone={state.tone}>{t(`registry.${state.word}`)}</StateWord>
        <p>{standingOf(primary, t)}</p>
        {status.degraded.some(({ code }) => code === 'NO_QUORUM') && (
          <p className="quiet">{t('registry.waitGone')}</p>
        )}
        <Facts>
          <Fact name={t('registry.leader')}>
            {leaderOf(status, primary, t, marks)}
            {primary.view !== undefined && (
              <span className="quiet figure">
                {t('registry.view', { view: formatCount(primary.view, language) })}
              </span>
            )}
          </Fact>
          {primary.guarantee && (
            <Fact name={t('registry.liars')}>
              {t(`registry.promise.${primary.guarantee}`, { count: primary.mayLie ?? 0 })}
            </Fact>
          )}
          <Fact name={t('registry.here')}>
            {t(`registry.part.${primary.role}`)}
            {primary.height !== undefined && (
              <span className="quiet figure">
                {t('registry.height', { height: formatCount(primary.height, language) })}
              </span>
            )}
          </Fact>
          <Fact name={t('registry.tier')}>{t(`registry.tiers.${status.discoveryTier}`)}</Fact>
        </Facts>
      </section>
      <Advice {...props} primary={primary} />
      <RegistryTable nodes={nodes} marks={marks} status={status} primary={primary} />
    </div>
  )
}

/** In whole sentences: how many keep it, and what that bears. */
function standingOf({ inForce, voters, mayFail, silent = 0 }: Primary, t: Text): string {
  const count = voters.length
  if (!inForce) return t('registry.waitDetail', { count })
  const bearsNone =
    silent > 0 ? t('registry.silent', { count: silent }) : t('registry.mayFailNone', { count })
  const bears = mayFail > 0 ? t('registry.mayFail', { count: mayFail }) : bearsNone
  return `${t('registry.keeps', { count })} ${bears}`
}

function Advice(props: {
  status: Status
  primary: Primary
  mayInvite: boolean
  onInvite: () => void
}) {
  const { t } = useText()
  const { advice } = props.primary
  if (!advice) return null
  const isSimplex = props.status.network?.consensus === 'simplex'
  return (
    <div className="network-waiting registry-advice">
      <span>
        {advice === 'even'
          ? t('registry.adviceEven')
          : isSimplex
            ? t('registry.adviceSimplex')
            : t('registry.adviceRaft')}
      </span>
      {advice === 'moreComputers' && props.mayInvite && (
        <Button icon="invite" onPress={props.onInvite}>
          {t('network.invite')}
        </Button>
      )}
    </div>
  )
}
