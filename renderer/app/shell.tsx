import { useState } from 'react'
import type { Status } from '../../node-core/api/contract/index.ts'
import { useText } from '../i18n/index.ts'
import { ComputerScreen } from '../screens/computer/index.ts'
import { DeployScreen } from '../screens/deploy/index.ts'
import { InviteDialog, NetworkScreen } from '../screens/network/index.ts'
import { OwnerDialog } from '../screens/owner/index.ts'
import { WorkloadScreen, WorkloadsScreen } from '../screens/workloads/index.ts'
import { type Route, useRoute } from '../state/index.ts'
import { Banner } from './banner.tsx'
import { KeyReminder } from './key-reminder.tsx'
import { NoSuchPage } from './no-such-page.tsx'
import { Palette } from './palette.tsx'
import { Rail } from './rail.tsx'
import { SettingsDialog } from './settings-dialog.tsx'
import './shell.css'
import { ShortcutsDialog, useShortcuts } from './shortcuts.tsx'

export type Overlay = 'palette' | 'shortcuts' | 'settings' | 'owner' | 'backup' | 'invite'

interface ShellProps {
  /** The last that came from inside the network. */
  status: Status
  /** The network is starting again, and has said nothing since. */
  startsAgain: boolean
  platform: string
  /** Nobody has just come from the first run, where what it reminds of was asked. */
  reminds: boolean
}

/** The window once there is a network. */
export function Shell({ status, startsAgain, platform, reminds }: ShellProps) {
  const { t } = useText()
  const route = useRoute()
  const [overlay, setOverlay] = useState<Overlay>()
  const close = (): void => setOverlay(undefined)
  useShortcuts(setOverlay)

  return (
    <div className="shell">
      <button type="button" className="skip" onClick={focusContent}>
        {t('shell.skip')}
      </button>
      <Rail status={status} platform={platform} onOpen={setOverlay} />
      <div className="shell-content">
        <Banner status={status} startsAgain={startsAgain} />
        {reminds && <KeyReminder status={status} onBackup={() => setOverlay('backup')} />}
        <div className="shell-screen">
          <Screen route={route} status={status} onInvite={() => setOverlay('invite')} />
        </div>
      </div>
      {overlay === 'palette' && (
        <Palette status={status} onClose={close} onOpen={(next) => setOverlay(next)} />
      )}
      {overlay === 'shortcuts' && <ShortcutsDialog platform={platform} onClose={close} />}
      {overlay === 'settings' && (
        <SettingsDialog onClose={close} onOwner={() => setOverlay('owner')} />
      )}
      {overlay === 'owner' && <OwnerDialog status={status} purpose="computer" onClose={close} />}
      {overlay === 'backup' && <OwnerDialog status={status} purpose="backup" onClose={close} />}
      {overlay === 'invite' && <InviteDialog onClose={close} />}
    </div>
  )
}

function Screen(props: { route: Route; status: Status; onInvite: () => void }) {
  const { route, status, onInvite } = props
  switch (route.at) {
    case 'network':
      return <NetworkScreen status={status} route={route} onInvite={onInvite} />
    case 'workloads':
      return <WorkloadsScreen status={status} />
    case 'workload':
      return <WorkloadScreen key={route.name} status={status} route={route} />
    case 'deploy':
      return <DeployScreen status={status} />
    case 'computer':
      return <ComputerScreen status={status} />
    case 'nowhere':
      return <NoSuchPage address={route.address} />
  }
}

/** The address is taken by the route, so the skip link moves the focus itself. */
function focusContent(): void {
  document.getElementById('content')?.focus()
}
