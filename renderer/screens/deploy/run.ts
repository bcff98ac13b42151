import { createStore, type StoreApi } from 'zustand/vanilla'
import type { NodeClient } from '../../transport/index.ts'
import { type Deployed, type DeployStep, deployDraft } from './deploying.ts'
import { type Draft, type DraftStore, EMPTY_DRAFT, saysSame } from './draft/index.ts'

export interface RunState {
  isUnderWay: boolean
  step?: DeployStep
  /** How the last one ended that did not take all of it, and what the draft was then. */
  last?: Deployed
  at?: Draft
}

export interface RunEnd extends Deployed {
  /** All of it was taken. */
  isWhole: boolean
  /** Somebody was on the page, and has seen it. */
  isSeen: boolean
}

/** The draft on its way to the node, whether or not its page is looked at. */
export interface DeployRun {
  store: StoreApi<RunState>
  /** Takes the draft as it is now. Nothing where one is under way: two would be in each other's way. */
  begin(toNode: () => NodeClient): Promise<RunEnd | undefined>
  /** Ends after the step under way; what was deployed by then runs. */
  cancel(): void
  /** What was refused is no more so. */
  forget(): void
  /** Told what was deployed for as long as the page is there. */
  watch(onDeployed: (deployed: Deployed) => void): () => void
}

export function createDeployRun({ store: drafts, change }: DraftStore): DeployRun {
  const store = createStore<RunState>(() => ({ isUnderWay: false }))
  const watchers = new Set<(deployed: Deployed) => void>()
  /** Secrets of attempts that came to nothing, so that the next goes on where they ended. */
  const wrote = new Map<string, string>()
  let stop = new AbortController()
  return {
    store,
    async begin(toNode) {
      if (store.getState().isUnderWay) return undefined
      stop = new AbortController()
      store.setState({ isUnderWay: true }, true)
      const sent = drafts.getState().draft
      const tell = (step: DeployStep): void => store.setState({ step })
      const deployed = await deployDraft(toNode, sent, tell, stop.signal, wrote)
      const isWhole = deployed.failed === undefined && !stop.signal.aborted
      if (isWhole) wrote.clear()
      // What was changed meanwhile was not sent: asking again for all of it does no harm.
      if (isWhole) change((now) => (saysSame(sent, now) ? EMPTY_DRAFT : now))
      const rest = isWhole ? {} : { last: deployed, at: drafts.getState().draft }
      store.setState({ isUnderWay: false, ...rest }, true)
      const isSeen = watchers.size > 0
      if (isWhole) for (const seen of watchers) seen(deployed)
      return { ...deployed, isWhole, isSeen }
    },
    cancel: () => stop.abort(),
    forget() {
      if (!store.getState().isUnderWay) store.setState({ isUnderWay: false }, true)
    },
    watch(onDeployed) {
      watchers.add(onDeployed)
      return () => void watchers.delete(onDeployed)
    },
  }
}
