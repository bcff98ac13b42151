import { useState } from 'react'
import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button, FileButton, SelectField, TextArea, TextField } from '../../design/index.ts'
import { formatMemory } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import {
  contentOf,
  FILE_BYTES_MAX,
  FILE_MODES,
  type GivenFile,
  newFile,
  saidFiles,
  sizeOf,
} from './files.ts'
import type { RulesFieldsProps } from './rules-fields.ts'

type Had = NonNullable<WorkloadView['parts'][number]['files']>

/** Configuration that each copy finds as files. `had`: those of a workload that is there already. */
export function FilesFields(props: RulesFieldsProps & { isContainer: boolean; had?: Had }) {
  const { form, onChange, had = [] } = props
  const { t } = useText()
  return (
    <div className="files-fields">
      <p className="quiet">
        {t('rules.filesIntro')} {!props.isContainer && t('rules.filesOwn')}
      </p>
      {form.files === undefined ? (
        <>
          <HadFiles had={had} />
          <div>
            <Button onPress={() => onChange({ files: [newFile([])] })}>
              {t('rules.filesAnew')}
            </Button>
          </div>
        </>
      ) : (
        <GivenFiles {...props} files={form.files} hasSome={had.length > 0} />
      )}
    </div>
  )
}

function HadFiles({ had }: { had: Had }) {
  const { t, language } = useText()
  return (
    <>
      <p>{t('rules.filesHad')}</p>
      <ul className="files-had">
        {had.map(({ path, sizeBytes }) => (
          <li key={path}>
            <code>{path}</code> {formatMemory(sizeBytes, language)}
          </li>
        ))}
      </ul>
    </>
  )
}

type GivenProps = RulesFieldsProps & {
  isContainer: boolean
  files: readonly GivenFile[]
  /** Those that it has now go, or may stay. */
  hasSome: boolean
}

function GivenFiles(props: GivenProps) {
  const { problems, onChange, files, hasSome, isContainer } = props
  const { t, language } = useText()
  const [tooLarge, setTooLarge] = useState<string>()
  const folder = isContainer ? '/etc/' : '/work/'
  const add = (part?: Partial<GivenFile>): void => {
    onChange({ files: [...files, newFile(files, part)] })
  }
  const choose = async (file: File): Promise<void> => {
    setTooLarge(undefined)
    if (file.size > FILE_BYTES_MAX) {
      const size = formatMemory(file.size, language)
      setTooLarge(t('rules.fileTooLarge', { name: file.name, size }))
      return
    }
    const bytes = new Uint8Array(await file.arrayBuffer())
    add({ path: `${folder}${file.name}`, ...contentOf(bytes) })
  }
  const said = saidFiles(files)
  const whole = tooLarge ?? problems.get('files')
  return (
    <>
      {files.map((file, index) => (
        <GivenFileFields
          key={file.key}
          file={file}
          number={index + 1}
          example={`${folder}app.conf`}
          problemOf={(what) => problems.get(`files.${said.indexOf(file)}.${what}`)}
          onChange={(part) => {
            onChange({ files: files.map((one) => (one === file ? { ...one, ...part } : one)) })
          }}
          onRemove={() => onChange({ files: files.filter((one) => one !== file) })}
        />
      ))}
      {hasSome && said.length === 0 && <p>{t('rules.filesGo')}</p>}
      {whole !== undefined && (
        <p className="field-problem" role="alert">
          {whole}
        </p>
      )}
      <div className="page-actions">
        <Button icon="plus" onPress={() => add()}>
          {t('rules.fileAdd')}
        </Button>
        <FileButton label={t('rules.fileChoose')} onFile={(file) => void choose(file)} />
        {hasSome && (
          <Button kind="plain" onPress={() => onChange({ files: undefined })}>
            {t('rules.filesStay')}
          </Button>
        )}
      </div>
    </>
  )
}

function GivenFileFields(props: {
  file: GivenFile
  number: number
  example: string
  problemOf: (what: 'path' | 'content' | 'mode') => string | undefined
  onChange: (part: Partial<GivenFile>) => void
  onRemove: () => void
}) {
  const { file, problemOf, onChange } = props
  const { t, language } = useText()
  const isPlaced = file.path.trim().startsWith('/') || saidFiles([file]).length === 0
  return (
    <fieldset className="field-group">
      <legend>{t('rules.file', { number: props.number })}</legend>
      <div className="field-row">
        <TextField
          label={t('rules.filePath')}
          mono
          value={file.path}
          placeholder={props.example}
          problem={isPlaced ? problemOf('path') : t('rules.filePathNeeded')}
          onChange={(path) => onChange({ path })}
        />
        <SelectField
          label={t('rules.fileMode')}
          value={file.mode}
          options={FILE_MODES.map((id) => ({ id, label: t(`rules.fileModes.${id}`) }))}
          problem={problemOf('mode')}
          onChange={(mode) => onChange({ mode })}
        />
      </div>
      {file.encoding === undefined ? (
        <TextArea
          label={t('rules.fileContent')}
          mono
          rows={5}
          value={file.content}
          problem={problemOf('content')}
          onChange={(content) => onChange({ content })}
        />
      ) : (
        <p className="quiet">
          {t('rules.fileBytes', { size: formatMemory(sizeOf(file), language) })}{' '}
          {problemOf('content')}
        </p>
      )}
      <div>
        <Button icon="trash" onPress={props.onRemove}>
          {t('rules.fileRemove')}
        </Button>
      </div>
    </fieldset>
  )
}
