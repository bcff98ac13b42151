import {
  Choice,
  ChoiceGroup,
  Disclosure,
  NumberField,
  SelectField,
  TextArea,
  TextField,
} from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { parsePairs } from '../../pairs/index.ts'
import { BundleSource } from './bundle-source.tsx'
import { parseEgress } from './egress.ts'
import { type DeployForm, type FormField, suggestName } from './form.ts'
import { ImageSource } from './image-source.tsx'
import { JobFields } from './job-fields.tsx'

export interface FormFieldsProps {
  form: DeployForm
  problems: ReadonlyMap<FormField, string>
  onChange: (part: Partial<DeployForm>) => void
}

export function FormFields(props: FormFieldsProps) {
  const { form, problems, onChange } = props
  const { t } = useText()
  /** Choosing what to run suggests a name, until somebody wrote one. */
  const changeSource = (part: Partial<DeployForm>, source: string): void => {
    onChange(form.isNameOwn ? part : { ...part, name: suggestName(source) })
  }
  return (
    <div className="deploy-form">
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
          onChange={(image) => changeSource({ image }, image)}
        />
      ) : (
        <BundleSource
          bundle={form.bundle}
          problem={problems.get('bundle')}
          onChange={(bundle, name) => changeSource({ bundle }, name)}
        />
      )}
      <div className="deploy-row">
        <TextField
          label={t('deploy.name')}
          value={form.name}
          problem={problems.get('name')}
          hint={form.name.trim() && t('deploy.nameHint', { name: form.name.trim() })}
          onChange={(name) => onChange({ name, isNameOwn: name !== '' })}
        />
        <NumberField
          label={t(form.work === 'serves' ? 'deploy.replicas' : 'deploy.slots')}
          hint={t(form.work === 'serves' ? 'deploy.replicasHint' : 'deploy.slotsHint')}
          lessLabel={t('words.less')}
          moreLabel={t('words.more')}
          value={form.replicas}
          min={1}
          max={1_000}
          problem={problems.get('replicas')}
          onChange={(replicas) => {
            if (Number.isInteger(replicas)) onChange({ replicas })
          }}
        />
      </div>
      <SelectField
        label={t('deploy.work')}
        value={form.work}
        options={(['serves', 'once', 'schedule'] as const).map((id) => ({
          id,
          label: t(`deploy.works.${id}`),
        }))}
        onChange={(work) => onChange({ work })}
      />
      {form.work !== 'serves' && <JobFields {...props} />}
      <MoreFields {...props} />
    </div>
  )
}

function MoreFields({ form, problems, onChange }: FormFieldsProps) {
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
      <div className="deploy-row">
        <TextField
          label={t('deploy.cpu')}
          hint={t('deploy.cpuHint')}
          value={form.cpu}
          problem={problems.get('cpu')}
          onChange={(cpu) => onChange({ cpu })}
        />
        <TextField
          label={t('deploy.memory')}
          hint={t('deploy.memoryHint')}
          value={form.memory}
          problem={problems.get('memory')}
          onChange={(memory) => onChange({ memory })}
        />
      </div>
      <Disclosure title={t('deploy.advanced')}>
        <AdvancedFields form={form} problems={problems} onChange={onChange} />
      </Disclosure>
    </>
  )
}

function AdvancedFields({ form, problems, onChange }: FormFieldsProps) {
  const { t } = useText()
  return (
    <>
      <div className="deploy-row">
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
      <ReachFields form={form} problems={problems} onChange={onChange} />
      <SelectField
        label={t('deploy.onPartition')}
        value={form.onPartition}
        options={(['heal', 'keep', 'stop'] as const).map((id) => ({
          id,
          label: t(`deploy.partition.${id}`),
        }))}
        problem={problems.get('onPartition')}
        onChange={(onPartition) => onChange({ onPartition })}
      />
      {form.work === 'serves' && (
        <SelectField
          label={t('deploy.restart')}
          value={form.restart}
          options={(['always', 'onFailure', 'never'] as const).map((id) => ({
            id,
            label: t(`deploy.restarts.${id}`),
          }))}
          problem={problems.get('restart')}
          onChange={(restart) => onChange({ restart })}
        />
      )}
      <SelectField
        label={t('deploy.priority')}
        value={form.priority}
        options={(['low', 'normal', 'high', 'critical'] as const).map((id) => ({
          id,
          label: t(`deploy.priorities.${id}`),
        }))}
        problem={problems.get('priority')}
        onChange={(priority) => onChange({ priority })}
      />
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

/** What it may connect to outside of the network; all of the Internet comes with a warning. */
function ReachFields({ form, problems, onChange }: FormFieldsProps) {
  const { t } = useText()
  const { wrongLine: line } = parseEgress(form.egress)
  const wrong = line === undefined ? undefined : t('deploy.egressWrong', { line })
  return (
    <>
      <SelectField
        label={t('deploy.reach')}
        value={form.reach}
        options={(['none', 'list', 'all'] as const).map((id) => ({
          id,
          label: t(`deploy.reaches.${id}`),
        }))}
        onChange={(reach) => onChange({ reach })}
      />
      {form.reach === 'list' && (
        <TextArea
          label={t('deploy.egress')}
          hint={t('deploy.egressHint')}
          mono
          rows={2}
          value={form.egress}
          problem={problems.get('egress') ?? wrong}
          onChange={(egress) => onChange({ egress })}
        />
      )}
      {form.reach === 'all' && <p role="alert">{t('deploy.egressWarning')}</p>}
    </>
  )
}

function wrongLine(text: string, t: ReturnType<typeof useText>['t']): string | undefined {
  const { wrongLine: line } = parsePairs(text)
  return line === undefined ? undefined : t('deploy.envWrong', { line })
}
