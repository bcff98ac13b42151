import type { i18n } from 'i18next'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { TextProvider } from '../i18n/index.ts'
import { FirstRun } from '../screens/first-run/index.ts'
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
  const { phase } = useConnection()
  const { data } = useResource(status)
  const { theme, language } = useSettings()
  const link = useDeepLink(bridge)
  // Set once the first run has begun, so that its last page is seen although there is a network.
  const [firstRun, setFirstRun] = useState<'none' | 'begun' | 'over'>('none')

  useTheme(theme)
  useFocusKeeper()
  useEffect(() => {
    document.documentElement.lang = language
    void text.changeLanguage(language)
  }, [text, language])
  useEffect(() => {
    if (data && !data.network) setFirstRun('begun')
  }, [data])

  if (phase === 'locked') return <Locked />
  if (!data) return <Starting />
  if (!data.network || firstRun === 'begun') {
    return <FirstRun status={data} link={link} onFinish={() => setFirstRun('over')} />
  }
  return (
    <>
      <Shell
        status={data}
        platform={bridge?.platform ?? navigator.platform}
        reminds={firstRun === 'none'}
      />
      {link.link && (
        <DeepLinkDialog link={link.link} network={data.network.name} onClose={link.forget} />
      )}
    </>
  )
}

function useDeepLink(bridge: MyceliumBridge | undefined) {
  const [link, setLink] = useState<string>()
  useEffect(() => bridge?.onDeepLink(setLink), [bridge])
  const forget = useCallback(() => setLink(undefined), [])
  return useMemo(() => ({ link, forget }), [link, forget])
}
