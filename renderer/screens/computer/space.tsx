import { useState } from 'react'
import { Button, ConfirmDialog } from '../../design/index.ts'
import { formatMemory } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { useAsked, useWorld } from '../../state/index.ts'
import { type NodeClient, type Outputs, toProblem } from '../../transport/index.ts'

type SpaceUsage = Outputs['space']['show']

/** What this computer's disk keeps for the network, and freeing what nobody uses of it. */
export function Space() {
  const { t, language } = useText()
  const { answer: usage, problem, reload } = useAsked(spaceOf)
  const [asking, setAsking] = useState(false)
  if (problem) {
    return (
      <section>
        <h2>{t('computer.space')}</h2>
        <p className="quiet">{t('computer.spaceUnknown', { message: problem.message })}</p>
      </section>
    )
  }
  if (!usage) return null
  const size = (bytes: number): string => formatMemory(bytes, language)
  const { usedBytes, budgetBytes, reclaimableBytes } = usage
  return (
    <section>
      <h2>{t('computer.space')}</h2>
      <p>{t('computer.spaceUsed', { used: size(usedBytes), budget: size(budgetBytes) })}</p>
      {reclaimableBytes === 0 && (
        <p className="quiet">
          {t(usedBytes === 0 ? 'computer.spaceNothing' : 'computer.spaceAllUsed')}
        </p>
      )}
      {reclaimableBytes > 0 && (
        <Button onPress={() => setAsking(true)}>
          {t('computer.reclaim', { amount: size(reclaimableBytes) })}
        </Button>
      )}
      {asking && (
        <ReclaimDialog
          amount={size(reclaimableBytes)}
          onDone={reload}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  )
}

function ReclaimDialog({
  amount,
  onDone,
  onClose,
}: {
  amount: string
  onDone: () => Promise<void>
  onClose: () => void
}) {
  const { t, language } = useText()
  const { client, toasts } = useWorld()

  const reclaim = async (): Promise<void> => {
    try {
      const { freedBytes, stayed } = await client().space.reclaim()
      const text = t('computer.freed', { amount: formatMemory(freedBytes, language) })
      const [first] = stayed
      if (!first) toasts.show({ text })
      else {
        const names = stayed.map(({ name, id }) => name ?? id.slice(0, 19)).join(', ')
        const why = first.message ?? t('computer.freedNotInUse')
        toasts.show({ tone: 'bad', text, detail: t('computer.freedNot', { names, why }) })
      }
      await onDone()
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
  }
  return (
    <ConfirmDialog
      title={t('computer.reclaimTitle', { amount })}
      closeLabel={t('words.close')}
      cancelLabel={t('words.cancel')}
      confirmLabel={t('computer.reclaim', { amount })}
      kind="primary"
      onConfirm={reclaim}
      onClose={onClose}
    >
      <p>{t('computer.reclaimBody')}</p>
    </ConfirmDialog>
  )
}

function spaceOf(node: NodeClient): Promise<SpaceUsage> {
  return node.space.show()
}
