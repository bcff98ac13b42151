import { useState } from 'react'
import { Button, CopyText, Mark, TextField } from '../design/index.ts'
import { useText } from '../i18n/index.ts'
import { useConnection, useWorld } from '../state/index.ts'
import './starting.css'

/** A browser window that no link of the node's opened, or whose key the node no longer takes. */
export function Locked() {
  const { t } = useText()
  const { connection } = useWorld()
  const { wasRefused } = useConnection()
  const [token, setToken] = useState('')
  return (
    <main className="starting">
      <form
        className="locked"
        onSubmit={(event) => {
          event.preventDefault()
          connection.unlock(token)
        }}
      >
        <Mark size={40} />
        <h1>{t('shell.lockedTitle')}</h1>
        <p className="quiet">{t('shell.lockedDetail')}</p>
        <Command text={t('shell.lockedCommand')} />
        <p className="quiet">{t('shell.lockedClone')}</p>
        <p className="quiet">{t('shell.lockedToken')}</p>
        <Command text={t('shell.lockedTokenCommand')} />
        <TextField
          label={t('shell.lockedField')}
          value={token}
          onChange={setToken}
          mono
          autoFocus
          problem={wasRefused ? t('shell.lockedWrong') : undefined}
        />
        <div>
          <Button kind="primary" type="submit" disabled={token.trim() === ''}>
            {t('shell.lockedOpen')}
          </Button>
        </div>
      </form>
    </main>
  )
}

function Command({ text }: { text: string }) {
  const { t } = useText()
  return (
    <div className="locked-command">
      <CopyText text={text} copyLabel={t('words.copy')} copiedLabel={t('words.copied')} />
    </div>
  )
}
