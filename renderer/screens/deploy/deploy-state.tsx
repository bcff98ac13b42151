import { createContext, type ReactNode, useContext } from 'react'
import { createDraftStore, DraftContext, type DraftStore } from './draft/index.ts'
import { createDeployRun, type DeployRun } from './run.ts'

/** What outlives the page: the draft, and its way to the node. */
export interface DeployState {
  draft: DraftStore
  run: DeployRun
}

export function createDeployState(): DeployState {
  const draft = createDraftStore()
  return { draft, run: createDeployRun(draft) }
}

const RunContext = createContext<DeployRun | undefined>(undefined)

export function DeployProvider(props: { value: DeployState; children: ReactNode }) {
  return (
    <DraftContext value={props.value.draft}>
      <RunContext value={props.value.run}>{props.children}</RunContext>
    </DraftContext>
  )
}

export function useDeployRun(): DeployRun {
  const run = useContext(RunContext)
  if (!run) throw new Error('The page to deploy is shown without a run.')
  return run
}
