import {
  Checkbox,
  Choice,
  ChoiceGroup,
  Disclosure,
  SelectField,
  TextArea,
  TextField,
} from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { parsePairs } from '../../pairs/index.ts'
import {
  BoundsFields,
  CopiesFields,
  FilesFields,
  parseScratch,
  Reach,
  TakeoverFields,
} from '../rules/index.ts'
import { useAddress } from './address.ts'
import { BundleSource } from './bundle-source.tsx'
import { suggestName } from './draft/index.ts'
import type { DeployForm, FormField } from './form.ts'
import { ImageSource } from './image-source.tsx'
import { JobFields } from './job-fields.tsx'

export interface FormFieldsProps {
  form: DeployForm
  problems: ReadonlyMap<FormField, string>
  onChange: (part: Partial<DeployForm>) => void
  /** What to run, and what that is called by itself. */
  onSource: (part: Pick<DeployForm, 'image'> | Pick<DeployForm, 'bundle'>, source: string) => void
}

export function FormFields(props: FormFieldsProps) {
  const { form, problems, onChange } = props
  const { t } = useText()
  const isJob = form.work !== 'serves'
  const address = useAddress(form.name.trim())
  return (
    <div className="deploy-form">
      <Source {...props} />
      <div className="field-row">
        <TextField
          label={t('deploy.name')}
          value={form.name}
          problem={problems.get('name')}
          hint={address && t('deploy.nameHint', { address })}
          onChange={(name) => onChange({ name, isNameOwn: name !== '' })}
        />
        <SelectField
          label={t('deploy.work')}
          value={form.work}
          options={(['serves', 'once', 'schedule'] as const).map((id) => ({
            id,
            label: t(`deploy.works.${id}`),
          }))}
          onChange={(work) => onChange({ work })}
        />
      </div>
      {isJob ? (
        <JobFields {...props} />
      ) : (
        <CopiesFields {...props} name={form.name.trim() || suggestName(form.image)} />
      )}
      <PartFields {...props} />
      <div>
        <Disclosure title={t('rules.files')}>
          <FilesFields {...props} isContainer={form.source === 'image'} />
        </Disclosure>
        <Disclosure title={t('rules.changes')}>
          <TakeoverFields {...props} isJob={isJob} />
        </Disclosure>
        <Disclosure title={t('rules.bounds')}>
          <Reach {...props} />
          {form.source === 'image' && <Writes {...props} />}
        </Disclosure>
        <Disclosure title={t('deploy.advanced')}>
          <AdvancedFields {...props} />
        </Disclosure>
      </div>
    </div>
  )
}

function Source({ form, problems, onChange, onSource }: FormFieldsProps) {
  const { t } = useText()
  return (
    <>
      <ChoiceGroup
        label={t('deploy.what')}
        value={form.source}
        onChange={(source) => onChange({ source })}
      >
        <Choice
          value="image"
          icon="box"
          title={t('deploy.image')}
          detail={t('deploy.imageDetail')}
        />
        <Choice
          value="bundle"
          icon="spore"
          title={t('deploy.bundle')}
          detail={t('deploy.bundleDetail')}
        />
      </ChoiceGroup>
      {form.source === 'image' ? (
        <ImageSource
          image={form.image}
          problem={problems.get('image')}
          onChange={(image) => onSource({ image }, image)}
        />
      ) : (
        <BundleSource
          bundle={form.bundle}
          problem={problems.get('bundle')}
          onChange={(bundle, name) => onSource({ bundle }, name)}
        />
      )}
    </>
  )
}

/** Of the one container or program. */
function PartFields(props: FormFieldsProps) {
  const { form, problems, onChange } = props
  const { t } = useText()
  return (
    <>
      {form.source === 'image' && (
        <TextField
          label={t('deploy.port')}
          hint={t('deploy.portHint')}
          value={form.port}
          placeholder="8080"
          problem={problems.get('port')}
          onChange={(port) => onChange({ port: port.replace(/\D/g, '').slice(0, 5) })}
        />
      )}
      <TextArea
        label={t('deploy.env')}
        hint={t('deploy.envHint')}
        mono
        rows={3}
        value={form.env}
        problem={problems.get('env') ?? wrongLine(form.env, t)}
        onChange={(env) => onChange({ env })}
      />
      <BoundsFields {...props} />
    </>
  )
}

/** What a container may write to. */
function Writes({ form, problems, onChange }: FormFieldsProps) {
  const { t } = useText()
  const { wrongLine: line } = parseScratch(form.scratch)
  const wrong = line === undefined ? undefined : t('deploy.scratchWrong', { line })
  return (
    <>
      <Checkbox checked={form.readOnlyRoot} onChange={(readOnlyRoot) => onChange({ readOnlyRoot })}>
        {t('deploy.readOnlyRoot')}
      </Checkbox>
      <TextArea
        label={t('deploy.scratch')}
        hint={t('deploy.scratchHint')}
        mono
        rows={2}
        value={form.scratch}
        problem={problems.get('scratch') ?? wrong}
        onChange={(scratch) => onChange({ scratch })}
      />
    </>
  )
}

function AdvancedFields({ form, problems, onChange }: FormFieldsProps) {
  const { t } = useText()
  return (
    <>
      {form.source === 'image' && (
        <TextArea
          label={t('deploy.ownCommand')}
          hint={t('deploy.ownCommandHint')}
          mono
          rows={2}
          value={form.command}
          problem={problems.get('command')}
          onChange={(command) => onChange({ command })}
        />
      )}
      <div className="field-row">
        <SelectField
          label={t('deploy.health')}
          value={form.health}
          options={(['default', 'http', 'tcp', 'running'] as const).map((id) => ({
            id,
            label: t(`deploy.healthKinds.${id}`),
          }))}
          problem={problems.get('health')}
          onChange={(health) => onChange({ health })}
        />
        {form.health === 'http' && (
          <TextField
            label={t('deploy.healthPath')}
            value={form.healthPath}
            placeholder="/health"
            problem={problems.get('healthPath')}
            onChange={(healthPath) => onChange({ healthPath })}
          />
        )}
      </div>
      <TextArea
        label={t('deploy.labels')}
        hint={t('deploy.labelsHint')}
        mono
        rows={2}
        value={form.labels}
        problem={problems.get('labels') ?? wrongLine(form.labels, t)}
        onChange={(labels) => onChange({ labels })}
      />
      <TextArea
        label={t('deploy.selector')}
        hint={t('deploy.selectorHint')}
        mono
        rows={2}
        value={form.selector}
        problem={problems.get('selector') ?? wrongLine(form.selector, t)}
        onChange={(selector) => onChange({ selector })}
      />
    </>
  )
}

function wrongLine(text: string, t: ReturnType<typeof useText>['t']): string | undefined {
  const { wrongLine: line } = parsePairs(text)
  return line === undefined ? undefined : t('deploy.envWrong', { line })
}
