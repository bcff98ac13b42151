import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { NumberField, TextArea, TextField } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import { amountOf } from '../../rules/index.ts'
import { useAddress } from '../address.ts'
import { BundleSource } from '../bundle-source.tsx'
import {
  type Container,
  changeBody,
  changeContainer,
  listField,
  partNameOf,
  without,
} from './bodies.ts'
import { CommittedField } from './committed-field.tsx'
import { EnvField } from './env-field.tsx'
import type { Service } from './graph.ts'
import type { PanelProps } from './panel.tsx'
import { type Amount, resourcesOf, setAmount } from './part-edits.ts'
import { ProbeFields } from './probe-fields.tsx'
import { nameProblem, setBundle, setCopies } from './service-edits.ts'
import { changeVariables } from './variables.ts'

/** The fields of a service that the canvas has; all others are as they are. */
export function ServicePanel(props: PanelProps<Service>) {
  const { thing, bodies, onEdit, problemAt } = props
  const { t } = useText()
  const address = useAddress(thing.name)
  const { index } = thing
  const body = bodies[index] ?? {}
  const problemOf = (name: string) => {
    const problem = nameProblem(bodies, index, name)
    return problem && t(`canvas.nameProblem.${problem}`)
  }
  return (
    <>
      <CommittedField
        label={t('canvas.name')}
        value={thing.name}
        hint={address ? t('deploy.nameHint', { address }) : ''}
        problemOf={problemOf}
        onCommit={(name) => props.onRename(index, name)}
      />
      {typeof thing.copies === 'number' && (
        <NumberField
          label={t('rules.replicas')}
          value={thing.copies}
          min={1}
          max={1_000}
          lessLabel={t('words.less')}
          moreLabel={t('words.more')}
          problem={problemAt(/^replicas/)}
          onChange={(count) => {
            if (Number.isInteger(count)) onEdit((now) => setCopies(now, index, count), 'copies')
          }}
        />
      )}
      {body.bundle !== undefined && (
        <BundleSource
          bundle={body.bundle}
          problem={problemAt(/^bundle/)}
          onChange={(digest) => onEdit((now) => setBundle(now, index, digest))}
        />
      )}
      {body.containers?.map((container, part) => (
        <ContainerFields
          // biome-ignore lint/suspicious/noArrayIndexKey: containers have no names that are theirs alone.
          key={part}
          {...{ ...props, body, container, part }}
        />
      ))}
      {!body.containers && <PartFields {...props} part={0} />}
      {(body.env || !body.containers) && (
        <EnvField
          env={body.env ?? {}}
          place={{ index }}
          stroke="env"
          problem={problemAt(/^env/)}
          onChange={(env) =>
            onEdit((now) => {
              return changeBody(now, index, (one) => changeVariables(one, undefined, () => env))
            }, 'env')
          }
        />
      )}
    </>
  )
}

function ContainerFields(
  props: PanelProps<Service> & { body: DeployInput; container: Container; part: number },
) {
  const { thing, body, container, part, onEdit, problemAt } = props
  const { t } = useText()
  const at = (field: string) => problemAt(new RegExp(`^containers\\.${part}\\.${field}`))
  const change = (to: (one: Container) => Container, stroke: string): void =>
    onEdit((now) => {
      return changeBody(now, thing.index, (one) => changeContainer(one, part, to))
    }, `${stroke} ${part}`)
  const isAlone = body.containers?.length === 1
  return (
    <fieldset className="canvas-part">
      {!isAlone && <legend>{t('canvas.container', { name: partNameOf(container) })}</legend>}
      <TextField
        label={t('deploy.imageField')}
        mono
        value={container.image}
        problem={at('image')}
        onChange={(image) => change((one) => ({ ...one, image }), 'image')}
      />
      <TextArea
        label={t('deploy.ownCommand')}
        hint={t('deploy.ownCommandHint')}
        mono
        rows={2}
        value={(container.command ?? []).join('\n')}
        problem={at('command')}
        onChange={(text) =>
          change((one) => {
            const command = text === '' ? [] : text.split('\n')
            return { ...without(one, 'command'), ...listField('command', command) }
          }, 'command')
        }
      />
      <PartFields {...props} />
      <EnvField
        env={container.env ?? {}}
        place={{ index: thing.index, part }}
        stroke={`env ${part}`}
        problem={at('env')}
        onChange={(env) =>
          onEdit((now) => {
            return changeBody(now, thing.index, (one) => changeVariables(one, part, () => env))
          }, `env ${part}`)
        }
      />
    </fieldset>
  )
}

/** What each copy of a part gets, and how a node tells that it is well. */
function PartFields(props: PanelProps<Service> & { part: number }) {
  const { thing, bodies, part, onEdit, problemAt } = props
  const { t } = useText()
  const resources = resourcesOf(bodies[thing.index] ?? {}, part)
  const amount = (key: Amount) => (
    <TextField
      label={t(`rules.${key}`)}
      hint={t(`rules.${key}Hint`)}
      value={String(resources[key] ?? '')}
      problem={problemAt(new RegExp(`^(containers\\.${part}\\.)?resources\\.${key}$`))}
      onChange={(text) =>
        onEdit(
          (now) => setAmount(now, thing.index, { part, key }, amountOf(text)),
          `${key} ${part}`,
        )
      }
    />
  )
  return (
    <>
      <div className="field-row">
        {amount('cpu')}
        {amount('memory')}
      </div>
      <ProbeFields {...props} />
    </>
  )
}
