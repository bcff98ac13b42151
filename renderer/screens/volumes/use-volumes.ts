import type { VolumeView } from '../../../node-core/api/contract/index.ts'
import { useAnswer } from '../../state/index.ts'
import type { NodeClient, Problem } from '../../transport/index.ts'

export interface Volumes {
  volumes: VolumeView[] | undefined
  problem: Problem | undefined
  reload: () => Promise<void>
}

const listed = async (client: NodeClient) => (await client.volumes.list()).volumes

/** What is kept, and whatever becomes of it. */
export function useVolumes(which: (volume: VolumeView) => boolean): Volumes {
  const { answer, problem, reload } = useAnswer(listed)
  return { volumes: answer?.filter(which), problem, reload }
}
