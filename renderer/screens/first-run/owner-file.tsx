import { Checkbox, Disclosure, FileButton, TextField } from '../../design/index.ts'
import { type Text, useText } from '../../i18n/index.ts'
import type { Problem } from '../../transport/index.ts'
import type { StepProps } from './first-run.tsx'

/** Of what is taken for a file of a key; one has some 250. */
const OWNER_FILE_BYTES_MAX = 4_096

/** For a second computer of somebody's: the file of her key, before this one is anybody's (ADR 45). */
export function OwnerFile({
  state,
  dispatch,
  problem,
}: StepProps & { problem: Problem | undefined }) {
  const { t } = useText()
  const { ownerFile, passphrase, replaceOwner } = state
  const choose = async (file: File): Promise<void> => {
    // What cannot be one is not read: the node says of an empty one what it would say of it.
    const sealed = file.size > OWNER_FILE_BYTES_MAX ? '' : await file.text()
    dispatch({ type: 'enter', part: { ownerFile: { name: file.name, sealed } } })
  }
  const isOther = replaceOwner || problem?.reason === 'OWNER_KEY_EXISTS'
  return (
    <Disclosure title={t('firstRun.ownerFile.title')} startsOpen={ownerFile !== undefined}>
      <p className="quiet">{t('firstRun.ownerFile.detail')}</p>
      <div className="first-run-actions">
        <FileButton
          label={t(ownerFile ? 'firstRun.ownerFile.another' : 'firstRun.ownerFile.choose')}
          onFile={(file) => void choose(file)}
        />
        {ownerFile && <code>{ownerFile.name}</code>}
      </div>
      {ownerFile && (
        <TextField
          label={t('firstRun.ownerFile.passphrase')}
          hidden
          autoFocus
          value={passphrase}
          problem={problem?.reason === 'PASSPHRASE_WRONG' ? problem.message : undefined}
          onChange={(next) => dispatch({ type: 'enter', part: { passphrase: next } })}
        />
      )}
      {ownerFile && isOther && (
        <Checkbox
          checked={replaceOwner}
          onChange={(next) => dispatch({ type: 'enter', part: { replaceOwner: next } })}
        >
          {t('firstRun.ownerFile.replace')}
        </Checkbox>
      )}
    </Disclosure>
  )
}

/** What the node says of the file, in the window's words: it speaks of commands. */
export function sayWrong(problem: Problem, t: Text): string {
  switch (problem.reason) {
    case 'OWNER_FILE_INVALID':
      return t('firstRun.ownerFile.invalid')
    case 'OWNER_KEY_EXISTS':
      return t('firstRun.ownerFile.exists')
    default:
      return problem.message
  }
}
