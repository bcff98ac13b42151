import { useState } from 'react'
import { Button } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { DeleteSecretDialog, SecretDialog } from '../workloads/index.ts'
import type { HalfThere } from './shared-secrets.ts'

/** The two ways on where of two secrets that are to hold the same one is there: both, or neither. */
export function HalfThereActions({ half, onMended }: { half: HalfThere; onMended: () => void }) {
  const { t } = useText()
  const [asking, setAsking] = useState<'set' | 'delete'>()
  const close = (): void => setAsking(undefined)
  const mended = async (): Promise<void> => onMended()
  return (
    <>
      <Button onPress={() => setAsking('set')}>{t('deploy.halfSet', { ...half })}</Button>
      <Button onPress={() => setAsking('delete')}>{t('deploy.halfDelete', { ...half })}</Button>
      {asking === 'set' && (
        <SecretDialog {...partsOf(half.missing)} isNew onClose={close} onSaved={mended} />
      )}
      {asking === 'delete' && (
        <DeleteSecretDialog {...partsOf(half.kept)} onClose={close} onDeleted={mended} />
      )}
    </>
  )
}

/** Its first part is the workload that it is of. */
function partsOf(secret: string): { workload: string; name: string } {
  const at = secret.indexOf('/')
  return { workload: secret.slice(0, at), name: secret.slice(at + 1) }
}
