import { useEffect, useRef, useState } from 'react'
import type { Status } from '../../../node-core/api/contract/index.ts'
import { Button, Page, PageHeader, ProblemPanel, TabBar } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import {
  DEPLOY_WAYS,
  type DeployWay,
  formatRoute,
  useRoute,
  useSettings,
  useWorld,
} from '../../state/index.ts'
import './deploy.css'
import { Fillings } from './catalogue/index.ts'
import type { Deployed } from './deploying.ts'
import {
  EMPTY_DRAFT,
  isEmpty,
  isUnread,
  nameOf,
  useDraft,
  useDraftStore,
  useIsChanged,
  useIsUndone,
} from './draft/index.ts'
import { DraftSide } from './draft-side.tsx'
import { NotAllowed } from './not-allowed.tsx'
import { Progress } from './progress.tsx'
import { useDeploying } from './use-deploying.ts'
import { usePreviews } from './use-previews.ts'
import { WAYS } from './ways.ts'

export function DeployScreen({ status }: { status: Status }) {
  const [deployed, setDeployed] = useState<Deployed>()
  const mayDeploy = status.node.permissions.some((each) => each === 'deploy' || each === 'admin')
  if (!mayDeploy) return <NotAllowed />
  if (deployed !== undefined) {
    return <Progress deployed={deployed} onAnother={() => setDeployed(undefined)} />
  }
  return <DeployPage onDeployed={setDeployed} />
}

/** The ways to one draft, and beside them what would become of it. */
function DeployPage({ onDeployed }: { onDeployed: (deployed: Deployed) => void }) {
  const { t } = useText()
  const way = useWay()
  const draft = useDraft()
  const { problemOf, previews } = usePreviews(draft.workloads)
  const deploying = useDeploying(onDeployed)
  const { Panel, isWide } = WAYS[way]
  const unread = isUnread(draft)
  const form = useMarkedField(deploying.last)

  return (
    <Page wide>
      <PageHeader title={t('deploy.title')} detail={t('deploy.intro')}>
        <StepsBack />
      </PageHeader>
      <TabBar
        label={t('deploy.ways.label')}
        tabs={DEPLOY_WAYS.map((each) => ({
          href: formatRoute({ at: 'deploy', way: each }),
          label: t(`deploy.ways.${each}`),
          current: each === way,
        }))}
      />
      <Fillings />
      <form
        ref={form}
        className={isWide ? 'deploy deploy-wide' : 'deploy'}
        onSubmit={(event) => {
          event.preventDefault()
          void deploying.deploy()
        }}
      >
        {unread && way !== 'manifest' ? (
          <UnreadText />
        ) : (
          <Panel
            problemsOf={(workload) => {
              return (deploying.problemOf(workload) ?? problemOf(workload))?.fields ?? []
            }}
            answerOf={(workload) => previews.get(nameOf(workload))?.answer}
          />
        )}
        <DraftSide previews={previews} deploying={deploying} isUnread={unread} />
      </form>
    </Page>
  )
}

/** What was refused may be a screen above the button: whoever pressed it is led there. */
function useMarkedField(last: Deployed | undefined) {
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (!last?.failed || last.failed.problem.fields.length === 0) return
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [last])
  return form
}

/** The one in the address; without one, where somebody was last. */
function useWay(): DeployWay {
  const route = useRoute()
  const { settings } = useWorld()
  const { deployWay } = useSettings()
  const asked = route.at === 'deploy' ? route.way : undefined
  useEffect(() => {
    if (asked !== undefined) settings.change({ deployWay: asked })
  }, [asked, settings])
  return asked ?? deployWay
}

function StepsBack() {
  const { t } = useText()
  const draft = useDraft()
  const { change, undo, redo } = useDraftStore()
  const [isChanged, isUndone] = [useIsChanged(), useIsUndone()]
  return (
    <>
      {isChanged && <Button onPress={undo}>{t('deploy.draft.undo')}</Button>}
      {isUndone && <Button onPress={redo}>{t('deploy.draft.redo')}</Button>}
      {!isEmpty(draft) && (
        <Button onPress={() => change(() => EMPTY_DRAFT)}>{t('deploy.draft.clear')}</Button>
      )}
    </>
  )
}

/** A text that nobody can read is neither lost nor written over by another way. */
function UnreadText() {
  const { t } = useText()
  const { change } = useDraftStore()
  const { route } = useWorld()
  return (
    <ProblemPanel
      title={t('deploy.draft.unread')}
      actions={
        <>
          <Button onPress={() => route.go({ at: 'deploy', way: 'manifest' })}>
            {t('deploy.draft.toText')}
          </Button>
          <Button kind="plain" onPress={() => change(({ typed: _, ...rest }) => rest)}>
            {t('deploy.draft.dropText')}
          </Button>
        </>
      }
    >
      {t('deploy.draft.unreadDetail')}
    </ProblemPanel>
  )
}
