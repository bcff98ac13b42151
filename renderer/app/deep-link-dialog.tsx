import { Button, Dialog, DialogActions } from '../design/index.ts'
import { useText } from '../i18n/index.ts'
import { InvitePreview } from '../screens/first-run/index.ts'

/** A link that came while there already is a network: shown, explained, never acted on. */
export function DeepLinkDialog(props: { link: string; network: string; onClose: () => void }) {
  const { t } = useText()
  return (
    <Dialog title={t('shell.deepLink.title')} closeLabel={t('words.close')} onClose={props.onClose}>
      <InvitePreview invite={props.link} />
      <p className="quiet">{t('shell.deepLink.already', { network: props.network })}</p>
      <DialogActions>
        <Button onPress={props.onClose}>{t('words.close')}</Button>
      </DialogActions>
    </Dialog>
  )
}
