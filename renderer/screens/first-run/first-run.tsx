import { useEffect, useReducer } from 'react'
import type { Status } from '../../../node-core/api/contract/index.ts'
import { IconButton, Mark } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'
import { LeftDataNote } from '../volumes/index.ts'
import { Choose } from './choose.tsx'
import { Done } from './done.tsx'
import { FindByInvite } from './find-by-invite.tsx'
import { FindBySeed } from './find-by-seed.tsx'
import { FindNearby } from './find-nearby.tsx'
import './first-run.css'
import { NameIt } from './name-it.tsx'
import { NotStarted, troubleOf } from './not-started.tsx'
import {
  beginFirstRun,
  type FirstRunAction,
  type FirstRunState,
  firstRunReducer,
  stepNumber,
} from './steps.ts'
import { Threads } from './threads.tsx'
import { WaitingToBeLetIn } from './waiting-to-be-let-in.tsx'
import { Welcome } from './welcome.tsx'
import { Working } from './working.tsx'

interface FirstRunProps {
  status: Status
  /** A `mycelium://` link that opened the app. */
  link: { link: string | undefined; forget: () => void }
  onFinish: () => void
}

export interface StepProps {
  state: FirstRunState
  dispatch: (action: FirstRunAction) => void
}

export function FirstRun({ status, link, onFinish }: FirstRunProps) {
  const { t } = useText()
  const [state, dispatch] = useReducer(
    firstRunReducer,
    beginFirstRun(status.node.name, status.node.owner.name),
  )
  const act = useAct(state, dispatch)
  // Of a network that runs here, or has yet to.
  const isMember = status.network !== undefined || status.starting !== undefined
  useEffect(() => {
    if (!link.link || isMember) return
    dispatch({ type: 'link', invite: link.link })
    // Taken: it is not asked about once there is a network, and counts again when it is opened again.
    link.forget()
  }, [link, isMember])

  const isOnItsWay = state.step === 'choose' || isInside(state)
  const isIn = status.network !== undefined
  // Whoever founds or joins right now is told of that, unless it has failed.
  const isBusy = state.step === 'working' && troubleOf(status) === undefined
  const starting = isIn || isBusy ? undefined : status.starting
  // Whoever waits may begin another way; until that leads somewhere it goes on waiting.
  const isWaiting = status.awaitingApproval !== undefined && !isMember && !isOnItsWay
  const { step, count } = stepNumber(isIn ? { ...state, step: 'done' } : state)
  const mayGoBack = !isMember && isOnItsWay

  return (
    <main className="first-run" id="content" tabIndex={-1}>
      <Threads step={isIn ? 5 : step} />
      <div className="first-run-card">
        <header>
          {mayGoBack ? (
            <IconButton
              icon="chevron"
              label={t('words.back')}
              onPress={() => dispatch({ type: 'back' })}
            />
          ) : (
            <Mark size={30} />
          )}
          {!isWaiting && starting === undefined && (
            <span className="quiet small">{t('firstRun.step', { step, count })}</span>
          )}
        </header>
        {isIn ? (
          <Done status={status} way={state.way} onFinish={onFinish} />
        ) : starting !== undefined ? (
          <NotStarted
            network={starting}
            status={status}
            onLeft={() => dispatch({ type: 'go', to: 'choose' })}
          />
        ) : isWaiting ? (
          <WaitingToBeLetIn
            status={status}
            onElsewhere={() => dispatch({ type: 'go', to: 'choose' })}
          />
        ) : (
          <Page state={state} dispatch={dispatch} act={act} />
        )}
        {!isMember && (isWaiting || state.step === 'welcome' || state.step === 'choose') && (
          <LeftDataNote />
        )}
      </div>
    </main>
  )
}

function isInside({ step }: FirstRunState): boolean {
  return step === 'find' || step === 'name'
}

function Page({ state, dispatch, act }: StepProps & { act: () => void }) {
  switch (state.step) {
    case 'welcome':
      return <Welcome onBegin={() => dispatch({ type: 'go', to: 'choose' })} />
    case 'choose':
      return <Choose state={state} dispatch={dispatch} />
    case 'find':
      if (state.way === 'nearby') return <FindNearby state={state} dispatch={dispatch} />
      if (state.way === 'seed') return <FindBySeed state={state} dispatch={dispatch} />
      return <FindByInvite state={state} dispatch={dispatch} />
    case 'name':
      return <NameIt state={state} dispatch={dispatch} onDone={act} />
    case 'working':
    case 'done':
      return <Working way={state.way} />
  }
}

/** Founds or joins. What was entered is kept when it fails. */
function useAct(state: FirstRunState, dispatch: (action: FirstRunAction) => void) {
  const { client, status, settings } = useWorld()
  const askAnew = async () => status.put(await client().node.status())
  const run = async (): Promise<void> => {
    dispatch({ type: 'go', to: 'working' })
    // Before it is in: the window may be closed while it is, or while it waits to be let in.
    settings.change({ keyOwed: state.ownerFile === undefined })
    try {
      await foundOrJoin(client(), state)
      status.refresh()
    } catch (error) {
      // It may be in the network, whose parts do not start: then nothing is to be entered again.
      await askAnew().catch(() => undefined)
      dispatch({ type: 'failed', problem: toProblem(error) })
    }
  }
  return () => void run()
}

type Client = ReturnType<ReturnType<typeof useWorld>['client']>

async function foundOrJoin(client: Client, state: FirstRunState): Promise<void> {
  const nodeName = state.nodeName.trim()
  const owner = state.ownerFile && {
    ...{ sealed: state.ownerFile.sealed, passphrase: state.passphrase },
    replace: state.replaceOwner,
  }
  const ownerName = state.ownerName.trim()
  const who = {
    ...{ nodeName, ...(ownerName === '' ? {} : { ownerName }) },
    ...(owner && { owner }),
  }
  if (state.way === 'start') {
    const networkName = state.networkName.trim()
    await client.network.found({ networkName, ...who })
    return
  }
  if (state.way === 'invite') await client.network.join({ invite: state.invite.trim(), ...who })
  if (state.way === 'seed') await client.network.join({ seedSpore: state.seed.trim(), ...who })
  if (state.way === 'nearby' && state.nearby) {
    await client.network.join({ address: state.nearby.address, ...who })
  }
}
