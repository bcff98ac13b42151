import { useState } from 'react'
import {
  Button,
  CopyText,
  Dialog,
  DialogActions,
  Fact,
  Facts,
  saveText,
} from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { type Outputs, toProblem } from '../../transport/index.ts'
import { TRUST_FILE, trustSteps } from './trust-steps.ts'

type Authority = Outputs['edge']['authority']

/** The certificate by which browsers take the addresses of this network, and where it is given to them. */
export function TrustNetwork() {
  const { t } = useText()
  const { client, toasts } = useWorld()
  const [authority, setAuthority] = useState<Authority>()

  const ask = async (): Promise<void> => {
    try {
      setAuthority(await client().edge.authority())
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
  }
  return (
    <>
      <Button kind="plain" onPress={() => void ask()}>
        {t('workloads.trust.ask')}
      </Button>
      {authority && <TrustDialog authority={authority} onClose={() => setAuthority(undefined)} />}
    </>
  )
}

function TrustDialog({ authority, onClose }: { authority: Authority; onClose: () => void }) {
  const { t } = useText()
  const { certificate, fingerprint, zones } = authority
  return (
    <Dialog title={t('workloads.trust.ask')} closeLabel={t('words.close')} onClose={onClose}>
      <p>{t('workloads.trust.detail', { zones: zones.join(', ') })}</p>
      <Facts>
        {trustSteps().map(({ system, command }) => (
          <Fact key={system} name={t(`workloads.trust.${system}`)}>
            {command === undefined ? (
              t('workloads.trust.firefoxHow')
            ) : (
              <CopyText
                text={command}
                copyLabel={t('words.copy')}
                copiedLabel={t('words.copied')}
              />
            )}
          </Fact>
        ))}
        <Fact name={t('workloads.trust.fingerprint')}>
          <code>{fingerprint}</code>
        </Fact>
      </Facts>
      <DialogActions>
        <Button onPress={onClose}>{t('words.close')}</Button>
        <Button
          kind="primary"
          icon="download"
          autoFocus
          onPress={() => saveText(TRUST_FILE, [certificate])}
        >
          {t('workloads.trust.save')}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
