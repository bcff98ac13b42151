import { useState } from 'react'
import { PASSPHRASE_LENGTH_MIN, type Status } from '../../../node-core/api/contract/index.ts'
import {
  Button,
  Choice,
  ChoiceGroup,
  CopyText,
  Dialog,
  DialogActions,
  Fact,
  Facts,
  ProblemPanel,
  saveText,
  TextField,
} from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { type Outputs, type Problem, toProblem } from '../../transport/index.ts'
import './owner.css'

type Exported = Outputs['owner']['export']

/** What somebody wants the file for. It is the same one; what to do with it is not. */
type Purpose = 'computer' | 'backup'

interface OwnerDialogProps {
  status: Status
  purpose: Purpose
  onClose: () => void
}

/** The owner's key, sealed under a passphrase, for another computer or as a backup (ADR 45). */
export function OwnerDialog({ status, purpose, onClose }: OwnerDialogProps) {
  const { t } = useText()
  const [exported, setExported] = useState<Exported>()
  const title = t(exported ? 'shell.owner.ready' : `shell.owner.${purpose}.title`)
  const name = fileName(status.node.owner.name)
  return (
    <Dialog title={title} closeLabel={t('words.close')} onClose={onClose}>
      {exported ? (
        <Ready exported={exported} purpose={purpose} name={name} onClose={onClose} />
      ) : (
        <Asked purpose={purpose} onExported={setExported} onClose={onClose} />
      )}
    </Dialog>
  )
}

function fileName(owner: string): string {
  const letters = owner.toLowerCase().replace(/[^\p{Letter}\p{Number}]+/gu, '-')
  return `${letters.replace(/^-|-$/g, '') || 'me'}.owner`
}

interface AskedProps {
  purpose: Purpose
  onExported: (exported: Exported) => void
  onClose: () => void
}

function Asked({ purpose, onExported, onClose }: AskedProps) {
  const { t } = useText()
  const { client } = useWorld()
  const [how, setHow] = useState<'made' | 'typed'>('made')
  const [typed, setTyped] = useState({ passphrase: '', again: '' })
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const { passphrase, again } = typed
  const isShort = passphrase.length < PASSPHRASE_LENGTH_MIN
  const isReady = how === 'made' || (!isShort && passphrase === again)

  const seal = async (): Promise<void> => {
    setBusy(true)
    try {
      onExported(await client().owner.export(how === 'typed' ? { passphrase } : {}))
    } catch (error) {
      setProblem(toProblem(error))
      setBusy(false)
    }
  }
  return (
    <form
      className="owner-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) void seal()
      }}
    >
      <p>{t(`shell.owner.${purpose}.warning`)}</p>
      <ChoiceGroup label={t('shell.owner.passphrase')} value={how} onChange={setHow}>
        <Choice value="made" title={t('shell.owner.made')} detail={t('shell.owner.madeDetail')} />
        <Choice
          value="typed"
          title={t('shell.owner.typed')}
          detail={t('shell.owner.typedDetail', { count: PASSPHRASE_LENGTH_MIN })}
        />
      </ChoiceGroup>
      {how === 'typed' && (
        <>
          <TextField
            label={t('shell.owner.passphrase')}
            hidden
            autoFocus
            value={passphrase}
            problem={
              isShort && again !== ''
                ? t('shell.owner.short', { count: PASSPHRASE_LENGTH_MIN })
                : undefined
            }
            onChange={(next) => setTyped({ ...typed, passphrase: next })}
          />
          <TextField
            label={t('shell.owner.again')}
            hidden
            value={again}
            problem={
              !isShort && again.length >= passphrase.length && again !== passphrase
                ? t('shell.owner.differs')
                : undefined
            }
            onChange={(next) => setTyped({ ...typed, again: next })}
          />
        </>
      )}
      {problem && <ProblemPanel title={t('shell.problemTitle')}>{problem.message}</ProblemPanel>}
      <DialogActions>
        <Button onPress={onClose}>{t('words.cancel')}</Button>
        <Button kind="primary" type="submit" busy={busy} disabled={!isReady}>
          {t('shell.owner.seal')}
        </Button>
      </DialogActions>
    </form>
  )
}

interface ReadyProps {
  exported: Exported
  purpose: Purpose
  name: string
  onClose: () => void
}

function Ready({ exported, purpose, name, onClose }: ReadyProps) {
  const { t } = useText()
  const { settings } = useWorld()
  return (
    <>
      <Facts>
        <Fact name={t('shell.owner.file')}>
          <code>{name}</code>
        </Fact>
        {exported.made !== undefined && (
          <Fact name={t('shell.owner.passphrase')}>
            <CopyText
              text={exported.made}
              copyLabel={t('words.copy')}
              copiedLabel={t('words.copied')}
            />
          </Fact>
        )}
      </Facts>
      {exported.made !== undefined && <p>{t('shell.owner.shownOnce')}</p>}
      <p className="quiet">{t(`shell.owner.${purpose}.next`)}</p>
      <DialogActions>
        <Button onPress={onClose}>{t('words.close')}</Button>
        <Button
          kind="primary"
          icon="download"
          autoFocus
          onPress={() => {
            saveText(name, [exported.sealed])
            // Made for whatever reason, it is a backup: nobody has to be reminded any more.
            settings.change({ keyOwed: false })
          }}
        >
          {t('shell.owner.save')}
        </Button>
      </DialogActions>
    </>
  )
}
