import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { IconButton, TextArea } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import {
  clashesOf,
  nameOf,
  outdatedNames,
  secretsOf,
  unreadyOf,
  useDraft,
  useDraftStore,
  withoutWorkload,
  withSecret,
} from './draft/index.ts'
import { NotReady } from './not-ready.tsx'
import { Preview } from './preview.tsx'
import { Reachable } from './reachable.tsx'
import { Submit } from './submit.tsx'
import type { Deploying } from './use-deploying.ts'
import type { Previewed, Previews } from './use-previews.ts'

/** Before the button: where each copy would run, who refuses and why, what is reached from where. */
export function DraftSide(props: {
  previews: Previews
  deploying: Deploying
  /** The text cannot be read, so nobody knows what is meant. */
  isUnread: boolean
}) {
  const { t } = useText()
  const draft = useDraft()
  const outdated = outdatedNames(draft)
  const unready = unreadyOf(draft)
  const workloads = draft.workloads.filter((one) => !outdated.has(nameOf(one)))
  return (
    <div className="deploy-side">
      <section className="preview" aria-live="polite">
        <h2>{t('deploy.preview')}</h2>
        {draft.workloads.length === 0 && <p className="quiet">{t('deploy.previewIdle')}</p>}
        {outdated.size > 0 && <p className="quiet">{t('deploy.previewRefused')}</p>}
        {workloads.map((workload, at) => (
          <DraftWorkload
            // biome-ignore lint/suspicious/noArrayIndexKey: two may have one name while one is typed.
            key={`${nameOf(workload)} ${at}`}
            workload={workload}
            previewed={props.previews.get(nameOf(workload))}
            isAlone={workloads.length === 1}
            isUnread={props.isUnread}
          />
        ))}
        {workloads.length > 1 && <p className="quiet small">{t('deploy.previewEach')}</p>}
      </section>
      <Secrets />
      <Clashes />
      <Submit
        ready={draft.workloads.length > 0 && !props.isUnread && unready.length === 0}
        deploying={props.deploying}
      />
      <NotReady unready={unready} />
    </div>
  )
}

function DraftWorkload(props: {
  workload: DeployInput
  previewed: Previewed | undefined
  isAlone: boolean
  isUnread: boolean
}) {
  const { workload, previewed, isAlone } = props
  const { t } = useText()
  const { change } = useDraftStore()
  const name = nameOf(workload)
  return (
    <section className="draft-workload">
      {!isAlone && (
        <div className="draft-workload-head">
          <h3>{name}</h3>
          <IconButton
            icon="trash"
            label={t('deploy.draft.remove', { name })}
            // It would write over what was typed.
            disabled={props.isUnread}
            onPress={() => change((now) => withoutWorkload(now, workload))}
          />
        </div>
      )}
      <Preview {...previewed} />
      <Reachable workload={workload} />
    </section>
  )
}

/** What the draft's workloads are to be handed; a value is entered here and never shown again. */
function Secrets() {
  const { t } = useText()
  const draft = useDraft()
  const { change } = useDraftStore()
  const made = new Set(draft.forms.flatMap((form) => (form.kind === 'entry' ? form.secrets : [])))
  const secrets = secretsOf(draft)
  const asked = secrets.filter(({ name }) => !made.has(name))
  if (secrets.length === 0) return null
  return (
    <section className="preview preview-secrets">
      <h2>{t('deploy.secrets.title')}</h2>
      {asked.length < secrets.length && (
        <p className="quiet">
          {t('deploy.secrets.made', { count: secrets.length - asked.length })}
        </p>
      )}
      {asked.map(({ name, value = '' }) => (
        <TextArea
          key={name}
          label={name}
          hint={t(value === '' ? 'deploy.secrets.missing' : 'deploy.secrets.given')}
          rows={2}
          hidden
          value={value}
          onChange={(next) => change((now) => withSecret(now, name, next), `secret ${name}`)}
        />
      ))}
    </section>
  )
}

function Clashes() {
  const { t } = useText()
  return clashesOf(useDraft()).map((name) => (
    <p key={name} className="preview-short" role="alert">
      {t('deploy.draft.clash', { name })}
    </p>
  ))
}
