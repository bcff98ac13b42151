import { Disclosure, SelectField, TextArea, TextField } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import type { Service } from './graph.ts'
import type { PanelProps } from './panel.tsx'
import {
  changeProbe,
  kindOf,
  kindsFor,
  PROBE_ROLES,
  type Probe,
  type ProbeRole,
  probeOf,
  setProbeKind,
} from './probe-edits.ts'

type ProbeFieldsProps = PanelProps<Service> & { part: number }

/** How a node tells that a part has started, is alive and takes requests. */
export function ProbeFields(props: ProbeFieldsProps) {
  const { t } = useText()
  return (
    <Disclosure title={t('canvas.probes.title')}>
      {PROBE_ROLES.map((role) => (
        <OneProbe key={role} {...props} role={role} />
      ))}
    </Disclosure>
  )
}

function OneProbe({ role, ...props }: ProbeFieldsProps & { role: ProbeRole }) {
  const { thing, bodies, part, onEdit, problemAt } = props
  const { t } = useText()
  const body = bodies[thing.index] ?? {}
  const probe = probeOf(body, part, role)
  // What is short for the probe that asks whether it lives is said of by its own name.
  const word = role === 'live' ? `(probes\\.live|health)` : `probes\\.${role}`
  const problemOf = (field: string) =>
    problemAt(new RegExp(`^(containers\\.${part}\\.)?${word}${field}`))
  const edit = (to: (probe: Probe) => Probe, stroke: string): void =>
    onEdit(
      (now) => changeProbe(now, thing.index, { part, role }, to),
      `probe ${part} ${role} ${stroke}`,
    )
  return (
    <div className="canvas-probe">
      <SelectField
        label={t(`canvas.probes.${role}`)}
        hint={t(`canvas.probes.${role}Hint`)}
        value={kindOf(body, part, role)}
        options={kindsFor(body, part, role).map((id) => ({
          id,
          label: t(`canvas.probes.kinds.${id}`),
        }))}
        problem={problemOf('(\\.kind)?$')}
        onChange={(kind) => onEdit((now) => setProbeKind(now, thing.index, { part, role }, kind))}
      />
      {probe && <ProbeAt {...{ probe, problemOf, edit }} />}
    </div>
  )
}

interface ProbeAtProps {
  probe: Probe
  problemOf: (field: string) => string | undefined
  edit: (to: (probe: Probe) => Probe, stroke: string) => void
}

/** Whom it asks. How often it does stays as it is; a manifest says it. */
function ProbeAt({ probe, problemOf, edit }: ProbeAtProps) {
  const { t } = useText()
  if (probe.kind === 'command') {
    return (
      <TextArea
        label={t('canvas.probes.command')}
        hint={t('canvas.probes.commandHint')}
        mono
        rows={2}
        value={probe.command.join('\n')}
        problem={problemOf('\\.command')}
        onChange={(text) => edit((one) => ({ ...one, ...commandOf(text) }), 'command')}
      />
    )
  }
  return (
    <div className="field-row">
      {probe.kind === 'http' && (
        <TextField
          label={t('deploy.healthPath')}
          mono
          value={probe.path ?? ''}
          placeholder="/"
          problem={problemOf('\\.path')}
          onChange={(path) => edit((one) => withWord(one, 'path', path || undefined), 'path')}
        />
      )}
      <TextField
        label={t('canvas.probes.port')}
        hint={t('canvas.probes.portHint')}
        value={probe.port === undefined ? '' : String(probe.port)}
        problem={problemOf('\\.port')}
        onChange={(text) => {
          const port = Number(text.replace(/\D/g, '').slice(0, 5))
          edit((one) => withWord(one, 'port', port || undefined), 'port')
        }}
      />
    </div>
  )
}

function commandOf(text: string): { kind: 'command'; command: string[] } {
  return { kind: 'command', command: text === '' ? [] : text.split('\n') }
}

/** Without the field where nothing is entered: the node then asks as it does by itself. */
function withWord(probe: Probe, field: 'path' | 'port', value: string | number | undefined): Probe {
  const rest = Object.fromEntries(Object.entries(probe).filter(([name]) => name !== field))
  return { ...rest, ...(value !== undefined && { [field]: value }) } as Probe
}
