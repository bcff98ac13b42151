import type { i18n } from 'i18next'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Status } from '../../node-core/api/contract/index.ts'
import { TextProvider } from '../i18n/index.ts'
import { createDeployState, DeployProvider } from '../screens/deploy/index.ts'
import { FirstRun, troubleOf } from '../screens/first-run/index.ts'
import {
  useConnection,
  useResource,
  useSettings,
  useWorld,
  type World,
  WorldContext,
} from '../state/index.ts'
import type { MyceliumBridge } from '../transport/index.ts'
import { DeepLinkDialog } from './deep-link-dialog.tsx'
import { useFocusKeeper } from './focus-keeper.ts'
import { Locked } from './locked.tsx'
import { Shell } from './shell.tsx'
import { Starting } from './starting.tsx'
import { useTheme } from './theme.ts'
import { ToastRegion } from './toast-region.tsx'

interface AppProps {
  world: World
  text: i18n
  bridge: MyceliumBridge | undefined
}

export function App({ world, text, bridge }: AppProps) {
  return (
    <TextProvider text={text}>
      <WorldContext value={world}>
        <Phase bridge={bridge} text={text} />
        <ToastRegion />
      </WorldContext>
    </TextProvider>
  )
}

/** Which of the few things a window can be: locked, starting, first run, or the real thing. */
function Phase({ bridge, text }: Pick<AppProps, 'bridge' | 'text'>) {
  const { status } = useWorld()
  const { phase, problem } = useConnection()
  const { data } = useResource(status)
  const { theme, language } = useSettings()
  const link = useDeepLink(bridge)
  // Set once the first run has begun, so that its last page is seen although there is a network.
  const [firstRun, setFirstRun] = useState<'none' | 'begun' | 'over'>('none')
  // Here, so that it outlives a network that starts anew under the open window.
  const [deploy, setDeploy] = useState(createDeployState)
  const isOutside = data !== undefined && !data.network && data.starting === undefined
  const inside = useInside(data)

  useTheme(theme)
  useFocusKeeper()
  useEffect(() => {
    document.documentElement.lang = language
    void text.changeLanguage(language)
  }, [text, language])
  useEffect(() => {
    if (!isOutside) return
    setFirstRun('begun')
    // What was about to be deployed went with the network.
    setDeploy(createDeployState())
  }, [isOutside])

  if (phase === 'locked') return <Locked />
  if (!data) return <Starting />
  if (!inside?.network || isOutside || firstRun === 'begun') {
    // Every page of it asks the node something.
    if (problem) return <Starting />
    return <FirstRun status={data} link={link} onFinish={() => setFirstRun('over')} />
  }
  return (
    <DeployProvider value={deploy}>
      <Shell
        status={inside}
        startsAgain={!data.network}
        platform={bridge?.platform ?? navigator.platform}
        reminds={firstRun === 'none'}
      />
      {link.link && (
        <DeepLinkDialog link={link.link} network={inside.network.name} onClose={link.forget} />
      )}
    </DeployProvider>
  )
}

/** What was last said from inside the network, while it runs or starts anew; undefined outside. */
function useInside(data: Status | undefined): Status | undefined {
  const last = useRef<Status>(undefined)
  useEffect(() => {
    if (data?.network) last.current = data
  }, [data])
  if (!data || data.network) return data
  const startsAnew = data.starting !== undefined && !troubleOf(data)
  return startsAnew && last.current?.network?.name === data.starting ? last.current : undefined
}

function useDeepLink(bridge: MyceliumBridge | undefined) {
  const [link, setLink] = useState<string>()
  useEffect(() => bridge?.onDeepLink(setLink), [bridge])
  const forget = useCallback(() => setLink(undefined), [])
  return useMemo(() => ({ link, forget }), [link, forget])
}
