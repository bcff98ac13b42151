import { useState } from 'react'
import type { Status } from '../../../node-core/api/contract/index.ts'
import { Button, Icon, type IconName } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { InviteDialog } from '../network/index.ts'
import { KeepKey } from './keep-key.tsx'
import type { Way } from './steps.ts'

export function Done(props: { status: Status; way: Way; onFinish: () => void }) {
  const { status, onFinish } = props
  const { t } = useText()
  const { route } = useWorld()
  const [inviting, setInviting] = useState(false)
  const network = status.network?.name ?? ''
  const { permissions } = status.node
  const may = (what: 'invite' | 'deploy'): boolean =>
    permissions.includes(what) || permissions.includes('admin')
  return (
    <>
      <h1>
        {props.way === 'start'
          ? t('firstRun.done.title', { network })
          : t('firstRun.done.titleJoined', { network })}
      </h1>
      <p className="quiet">{t('firstRun.done.detail', { node: status.node.name })}</p>
      <div className="next-steps">
        {may('invite') && (
          <NextStep
            icon="invite"
            title={t('firstRun.done.invite')}
            detail={t('firstRun.done.inviteDetail')}
            onPress={() => setInviting(true)}
          />
        )}
        {may('deploy') && (
          <NextStep
            icon="deploy"
            title={t('firstRun.done.deploy')}
            detail={t('firstRun.done.deployDetail')}
            onPress={() => {
              route.go({ at: 'deploy' })
              onFinish()
            }}
          />
        )}
      </div>
      <KeepKey status={status} />
      <div className="first-run-actions">
        <Button kind="plain" onPress={onFinish}>
          {t('firstRun.done.look')}
        </Button>
      </div>
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </>
  )
}

function NextStep(props: { icon: IconName; title: string; detail: string; onPress: () => void }) {
  return (
    <button type="button" className="next-step" onClick={props.onPress}>
      <Icon name={props.icon} size={22} />
      <span>
        <strong>{props.title}</strong>
        <span className="quiet">{props.detail}</span>
      </span>
      <Icon name="chevron" size={16} />
    </button>
  )
}
