import type { LeftVolumeView } from '../../../node-core/api/contract/index.ts'
import { useText } from '../../i18n/index.ts'
import { useAnswer, useWorld } from '../../state/index.ts'
import { type NodeClient, toProblem } from '../../transport/index.ts'

const listed = async (client: NodeClient) => (await client.volumes.listLeft()).volumes

/**
 * What lies here of networks that this computer has left. Nothing while the engine does not answer:
 * that is told where it matters, and most who have no engine never had data either.
 */
export function useLeftVolumes() {
  const { t } = useText()
  const { client, toasts } = useWorld()
  const { answer, reload } = useAnswer(listed)
  const removeForGood = async ({ id, volume }: LeftVolumeView): Promise<void> => {
    try {
      await client().volumes.deleteLeft({ id })
      toasts.show({ text: t('volumes.gone', { name: volume }) })
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
    await reload()
  }
  return { volumes: answer ?? [], removeForGood }
}
