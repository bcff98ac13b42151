import { Button } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { UNDO_MS, useWorld } from '../../state/index.ts'
import { useBringBack } from './use-bring-back.ts'

/** Long enough to notice that it was the wrong one. */
const BRING_BACK_MS = 15_000

/** Can be undone twice: before anything happened, and after it. */
export function DeleteWorkload({ name }: { name: string }) {
  const { t } = useText()
  const { deletions, toasts, route } = useWorld()
  const bringBack = useBringBack()
  const tellGone = (): void => {
    toasts.show({
      text: t('workloads.deleted', { name }),
      detail: t('workloads.deletedDetail'),
      forMs: BRING_BACK_MS,
      action: { label: t('workloads.bringBack'), run: () => void bringBack(name) },
    })
  }
  return (
    <Button
      icon="trash"
      onPress={() => {
        deletions.schedule(name, tellGone)
        route.go({ at: 'workloads' })
        toasts.show({
          text: t('workloads.deleting', { name }),
          detail: t('workloads.deletingDetail'),
          forMs: UNDO_MS,
          action: { label: t('words.undo'), run: () => deletions.undo(name) },
        })
      }}
    >
      {t('workloads.delete')}
    </Button>
  )
}
