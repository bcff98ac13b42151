import { useState } from 'react'
import {
  Button,
  Dialog,
  DialogActions,
  NumberField,
  ProblemPanel,
  SelectField,
} from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { QrCode } from '../../qr/index.ts'
import { useWorld } from '../../state/index.ts'
import { type Inputs, type Outputs, type Problem, toProblem } from '../../transport/index.ts'
import './network.css'
import { type Permission, PermissionsField, USUAL } from './permissions.tsx'

type Invite = Outputs['invites']['create']
type Role = 'rhizomorph' | 'hypha' | 'sclerotia'

const HOUR_SECONDS = 3_600
const EXPIRIES = [
  { id: '3600', word: 'hour' },
  { id: '86400', word: 'day' },
  { id: '604800', word: 'week' },
] as const

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useText()
  const world = useWorld()
  const [invite, setInvite] = useState<Invite>()
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)

  const make = async (input: Inputs['invites']['create']): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      setInvite(await world.client().invites.create(input))
    } catch (error) {
      setProblem(toProblem(error))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog title={t('network.inviteDialog.title')} closeLabel={t('words.close')} onClose={onClose}>
      {invite ? (
        <InviteReady invite={invite} onAnother={() => setInvite(undefined)} />
      ) : (
        <InviteForm busy={busy} problem={problem} onMake={(input) => void make(input)} />
      )}
    </Dialog>
  )
}

function InviteForm(props: {
  busy: boolean
  problem: Problem | undefined
  onMake: (input: Inputs['invites']['create']) => void
}) {
  const { t } = useText()
  const [uses, setUses] = useState(1)
  const [expires, setExpires] = useState<(typeof EXPIRIES)[number]['id']>('86400')
  const [role, setRole] = useState<Role>('rhizomorph')
  const [permissions, setPermissions] = useState<Permission[]>([...USUAL])
  return (
    <>
      <p className="quiet">{t('network.inviteDialog.intro')}</p>
      <div className="invite-row">
        <NumberField
          label={t('network.inviteDialog.uses')}
          lessLabel={t('words.less')}
          moreLabel={t('words.more')}
          value={uses}
          min={1}
          max={1_000}
          onChange={setUses}
        />
        <SelectField
          label={t('network.inviteDialog.expires')}
          value={expires}
          options={EXPIRIES.map(({ id, word }) => ({
            id,
            label: t(`network.inviteDialog.${word}`),
          }))}
          onChange={setExpires}
        />
        <SelectField
          label={t('network.inviteDialog.role')}
          hint={t(`words.roleMeaning.${role}`)}
          value={role}
          options={(['rhizomorph', 'hypha', 'sclerotia'] as const).map((id) => ({
            id,
            label: t(`words.role.${id}`),
          }))}
          onChange={setRole}
        />
      </div>
      <PermissionsField value={permissions} onChange={setPermissions} />
      {props.problem && (
        <ProblemPanel title={t('shell.problemTitle')}>{props.problem.message}</ProblemPanel>
      )}
      <DialogActions>
        <Button
          kind="primary"
          busy={props.busy}
          disabled={permissions.length === 0}
          onPress={() =>
            props.onMake({ uses, role, permissions, expiresInSeconds: Number(expires) })
          }
        >
          {t('network.inviteDialog.make')}
        </Button>
      </DialogActions>
    </>
  )
}

function InviteReady({ invite, onAnother }: { invite: Invite; onAnother: () => void }) {
  const { t, language } = useText()
  const { time } = useWorld()
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(invite.invite)
    setCopied(true)
  }
  // Near ends are said by the clock, far ones by the day as well.
  const isSoon = Date.parse(invite.expiresAt) - time.now() < 12 * HOUR_SECONDS * 1_000
  const until = new Intl.DateTimeFormat(language, {
    timeStyle: 'short',
    ...(isSoon ? {} : { dateStyle: 'medium' }),
  }).format(new Date(invite.expiresAt))
  return (
    <>
      <p>{t('network.inviteDialog.ready')}</p>
      <QrCode text={invite.invite} label={t('network.inviteDialog.qr')} />
      <textarea
        className="invite-link"
        aria-label={t('firstRun.invite.field')}
        readOnly
        rows={4}
        value={invite.invite}
        onFocus={(event) => event.currentTarget.select()}
      />
      <p className="quiet small">
        {t('network.inviteDialog.until', { time: until, count: invite.uses })}{' '}
        {t('network.inviteDialog.secret')}
      </p>
      <DialogActions>
        <Button onPress={onAnother}>{t('network.inviteDialog.another')}</Button>
        <Button
          kind="primary"
          autoFocus
          icon={copied ? 'check' : 'copy'}
          onPress={() => void copy()}
        >
          {copied ? t('network.inviteDialog.copied') : t('network.inviteDialog.copy')}
        </Button>
      </DialogActions>
    </>
  )
}
