import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'

/** Takes a deletion back after it was done: as it was before, with what its copies kept. */
export function useBringBack(): (name: string) => Promise<void> {
  const { t } = useText()
  const { client, workloads, route, toasts } = useWorld()
  return async (name) => {
    try {
      const back = await client().workloads.rollback({ name })
      const others = workloads.store.getState().data ?? []
      workloads.put([...others.filter((each) => each.name !== name), back])
      route.go({ at: 'workload', name, tab: 'instances' })
      toasts.show({ text: t('workloads.broughtBack', { name }) })
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
  }
}
