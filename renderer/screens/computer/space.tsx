import { useEffect, useState } from 'react'
import { Button, ConfirmDialog } from '../../design/index.ts'
import { formatMemory } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { type Outputs, toProblem } from '../../transport/index.ts'

type SpaceUsage = Outputs['space']['show']

/** What this computer's disk keeps for the network, and freeing what nobody uses of it. */
export function Space() {
  const { t, language } = useText()
  const { client } = useWorld()
  const [usage, setUsage] = useState<SpaceUsage>()
  const [asking, setAsking] = useState(false)
  useEffect(() => {
    let shown = true
    // Where the line is gone the banner says so; the section appears when it is asked again.
    const show = async () => client().space.show()
    show().then((found) => shown && setUsage(found), ignore)
    return () => {
      shown = false
    }
  }, [client])
  if (!usage) return null
  const size = (bytes: number): string => formatMemory(bytes, language)
  const { usedBytes, budgetBytes, reclaimableBytes } = usage
  return (
    <section>
      <h2>{t('computer.space')}</h2>
      <p>{t('computer.spaceUsed', { used: size(usedBytes), budget: size(budgetBytes) })}</p>
      {reclaimableBytes === 0 && <p className="quiet">{t('computer.spaceAllUsed')}</p>}
      {reclaimableBytes > 0 && (
        <Button onPress={() => setAsking(true)}>
          {t('computer.reclaim', { amount: size(reclaimableBytes) })}
        </Button>
      )}
      {asking && (
        <ReclaimDialog
          amount={size(reclaimableBytes)}
          onDone={setUsage}
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
  onDone: (usage: SpaceUsage) => void
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
      onDone(await client().space.show())
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

function ignore(): void {}
