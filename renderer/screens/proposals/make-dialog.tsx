import { useState } from 'react'
import type { Status } from '../../../node-core/api/contract/index.ts'
import {
  Button,
  Dialog,
  DialogActions,
  Disclosure,
  ProblemPanel,
  SelectField,
  TextField,
} from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { type Problem, toProblem } from '../../transport/index.ts'
import { typedValue } from './proposal-words.ts'

const TIMES = [
  { id: '3600', word: 'hour' },
  { id: '86400', word: 'day' },
  { id: '604800', word: 'week' },
] as const
type Time = (typeof TIMES)[number]['id']

/** It goes to all at once and is not taken back, so this is where one thinks twice. */
export function MakeDialog({ status, onClose }: { status: Status; onClose: () => void }) {
  const { t } = useText()
  const [text, setText] = useState('')
  const [closes, setCloses] = useState<Time>('86400')
  const [reveals, setReveals] = useState<Time>('86400')
  const [setting, setSetting] = useState('')
  const [value, setValue] = useState('')
  const { busy, problem, make } = useMake(onClose)
  const times = TIMES.map(({ id, word }) => ({ id, label: t(`proposals.times.${word}`) }))
  const press = (): void => {
    const name = setting.trim()
    void make({
      text: text.trim(),
      ...(name !== '' && { change: { setting: name, value: typedValue(value) } }),
      ...{ closesInSeconds: Number(closes), revealSeconds: Number(reveals) },
    })
  }
  return (
    <Dialog title={t('proposals.make')} closeLabel={t('words.close')} onClose={onClose}>
      <p className="quiet">{t('proposals.makeIntro')}</p>
      <TextField
        label={t('proposals.text')}
        placeholder={t('proposals.textExample')}
        value={text}
        autoFocus
        onChange={(next) => setText(next.slice(0, TEXT_LENGTH_MAX))}
      />
      <div className="field-row">
        <SelectField
          label={t('proposals.closesIn')}
          value={closes}
          options={times}
          onChange={setCloses}
        />
        <SelectField
          label={t('proposals.revealsIn')}
          hint={t('proposals.revealsHint')}
          value={reveals}
          options={times}
          onChange={setReveals}
        />
      </div>
      {status.node.permissions.includes('admin') && (
        <Disclosure title={t('proposals.setsTitle')}>
          <p className="quiet small">{t('proposals.setsHint')}</p>
          <div className="field-row">
            <TextField label={t('proposals.setting')} mono value={setting} onChange={setSetting} />
            <TextField label={t('proposals.value')} mono value={value} onChange={setValue} />
          </div>
        </Disclosure>
      )}
      {problem && <ProblemPanel title={t('shell.problemTitle')}>{problem.message}</ProblemPanel>}
      <DialogActions>
        <Button onPress={onClose}>{t('words.cancel')}</Button>
        <Button kind="primary" busy={busy} disabled={text.trim() === ''} onPress={press}>
          {t('proposals.put')}
        </Button>
      </DialogActions>
    </Dialog>
  )
}

/** As the contract has it. */
const TEXT_LENGTH_MAX = 1_000

interface Question {
  text: string
  change?: { setting: string; value: unknown }
  closesInSeconds: number
  revealSeconds: number
}

function useMake(onMade: () => void) {
  const { t } = useText()
  const { client, toasts, proposals } = useWorld()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const make = async (question: Question): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      await client().proposals.make(question)
      proposals.refresh()
      toasts.show({ text: t('proposals.made') })
      onMade()
    } catch (error) {
      setProblem(toProblem(error))
      setBusy(false)
    }
  }
  return { busy, problem, make }
}
