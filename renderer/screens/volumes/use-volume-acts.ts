import type { VolumeView } from '../../../node-core/api/contract/index.ts'
import { useText } from '../../i18n/index.ts'
import { UNDO_MS, useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'

/** What is done to a volume, each told as a notice. */
export function useVolumeActs({ id, node, volume }: VolumeView, reload: () => Promise<void>) {
  const { t } = useText()
  const { client, toasts } = useWorld()
  const name = volume

  async function act(change: () => Promise<unknown>, done: () => void): Promise<void> {
    try {
      await change()
      done()
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
    await reload()
  }
  const restore = (): Promise<void> =>
    act(
      () => client().volumes.restore({ id, node }),
      () => toasts.show({ text: t('volumes.restored', { name }) }),
    )
  return {
    restore,
    remove: () =>
      act(
        () => client().volumes.delete({ id, node }),
        () =>
          toasts.show({
            text: t('volumes.deleted', { name }),
            forMs: UNDO_MS,
            action: { label: t('words.undo'), run: () => void restore() },
          }),
      ),
    removeForGood: () =>
      act(
        () => client().volumes.delete({ id, node, forGood: true }),
        () => toasts.show({ text: t('volumes.gone', { name }) }),
      ),
    giveUp: () =>
      act(
        () => client().volumes.delete({ id, node, giveUp: true }),
        () => toasts.show({ text: t('volumes.givenUp', { name }) }),
      ),
  }
}
