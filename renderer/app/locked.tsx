import { useState } from 'react'
import { Button, CopyText, Mark, TextField } from '../design/index.ts'
import { useText } from '../i18n/index.ts'
import { useConnection, useWorld } from '../state/index.ts'
import './starting.css'

/** The browser window after a reload: the key was in the page's memory alone. */
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
        <div className="locked-command">
          <CopyText
            text={t('shell.lockedCommand')}
            copyLabel={t('words.copy')}
            copiedLabel={t('words.copied')}
          />
        </div>
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
