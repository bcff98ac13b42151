import { useState } from 'react'
import type { Status } from '../../../node-core/api/contract/index.ts'
import { Button, ConfirmDialog, ProblemPanel, Waiting } from '../../design/index.ts'
import { formatAgo } from '../../format/index.ts'
import { type Text, useText } from '../../i18n/index.ts'
import { useResource, useWorld } from '../../state/index.ts'
import { type Outputs, toProblem } from '../../transport/index.ts'
import { called, type Marks, marksOf, typedName } from './namesakes.ts'
import { NameMark } from './node-name.tsx'
import { type Permission, PermissionsDialog, USUAL } from './permissions.tsx'

type Member = Outputs['members']['list']['members'][number]

/** Owners: those at the door, those inside, those sent away. */
export function People({ status }: { status: Status }) {
  const { t } = useText()
  const { data: members, problem } = useResource(useWorld().members)
  const isAdmin = status.node.permissions.includes('admin')
  // Asked here: a row may move to another list while the question stands.
  const [removing, setRemoving] = useState<Member>()
  const [giving, setGiving] = useState<Member>()
  const me = status.node.owner.id
  const marks = marksOf(members?.map(named) ?? [])
  const sorted = members?.toSorted(
    (a, b) => Number(b.owner === me) - Number(a.owner === me) || a.name.localeCompare(b.name),
  )
  const act = useMemberAct(marks)
  const groups = [
    { title: t('network.peopleWaiting'), state: 'waiting' },
    { title: t('network.peopleIn'), state: 'member' },
    { title: t('network.peopleOut'), state: 'removed' },
  ] as const
  return (
    <div className="people">
      <p className="quiet">{t('network.peopleIntro')}</p>
      {!members && problem && (
        <ProblemPanel title={t('shell.loadProblem')}>{problem.message}</ProblemPanel>
      )}
      {!members && !problem && <Waiting label={t('words.loading')} />}
      {groups.map(({ title, state }) => {
        const shown = sorted?.filter((member) => member.state === state) ?? []
        if (shown.length === 0) return null
        return (
          <section key={state}>
            <h2>{title}</h2>
            <ul>
              {shown.map((member) => (
                <Person
                  key={member.owner}
                  member={member}
                  mark={marks.get(member.owner)}
                  isAdmin={isAdmin}
                  isMe={member.owner === me}
                  onGive={() => setGiving(member)}
                  onRemove={() => setRemoving(member)}
                />
              ))}
            </ul>
          </section>
        )
      })}
      {giving && (
        <GiveDialog
          member={giving}
          marks={marks}
          onGive={(permissions) => act.give(giving, permissions)}
          onClose={() => setGiving(undefined)}
        />
      )}
      {removing?.state === 'waiting' && (
        <TurnAwayDialog
          member={removing}
          marks={marks}
          onClose={() => setRemoving(undefined)}
          onTurnAway={() => act.turnAway(removing)}
        />
      )}
      {removing?.state === 'member' && (
        <RemoveDialog
          member={removing}
          marks={marks}
          onClose={() => setRemoving(undefined)}
          onRemove={() => act.remove(removing)}
        />
      )}
    </div>
  )
}

/** As what has an id. */
const named = ({ owner, name }: Member) => ({ id: owner, name })

/** What is done about an owner, told as a notice. */
function useMemberAct(marks: Marks) {
  const { t } = useText()
  const { members, client, toasts } = useWorld()
  const act = async (what: () => Promise<unknown>, done: string): Promise<void> => {
    try {
      await what()
      members.refresh()
      toasts.show({ text: done })
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
  }
  return {
    give: (member: Member, permissions: Permission[]) => {
      const { owner, state } = member
      const name = called(named(member), marks)
      if (state === 'waiting') {
        const approve = () => client().members.approve({ owner, permissions })
        return act(approve, t('network.approved', { name }))
      }
      const what = mayWords(permissions, t)
      const grant = () => client().members.grant({ owner, permissions, how: 'set' })
      return act(grant, t('network.permissions.changed', { name, what }))
    },
    turnAway: (member: Member) =>
      act(
        // Somebody else may have let them in meanwhile: a member is not removed by this.
        () => client().members.remove({ owner: member.owner, ifState: 'waiting' }),
        t('network.turnedAway', { name: called(named(member), marks) }),
      ),
    remove: (member: Member) =>
      act(
        () => client().members.remove({ owner: member.owner }),
        t('network.removed', { name: called(named(member), marks) }),
      ),
  }
}

function Person(props: {
  member: Member
  mark: string | undefined
  isAdmin: boolean
  isMe: boolean
  onGive: () => void
  onRemove: () => void
}) {
  const { member, isAdmin, isMe } = props
  const { t, language } = useText()
  const { time } = useWorld()
  const { name } = member
  return (
    <li className="person">
      <div className="person-words">
        <span className="person-name">{name}</span>
        <NameMark mark={props.mark} />
        {isMe && <span className="self-mark">{t('words.you')}</span>}
        <p className="quiet small">{memberFacts(member, t, time.now(), language).join(' · ')}</p>
      </div>
      {isAdmin && member.state === 'waiting' && (
        <Button kind="primary" onPress={props.onGive}>
          {t('network.approve')}
        </Button>
      )}
      {isAdmin && !isMe && !member.founder && member.state === 'member' && (
        <Button onPress={props.onGive}>{t('network.permissions.change')}</Button>
      )}
      {isAdmin && !isMe && member.state !== 'removed' && (
        <Button onPress={props.onRemove}>
          {t(member.state === 'waiting' ? 'network.turnAway' : 'network.removeAction')}
        </Button>
      )}
    </li>
  )
}

function memberFacts(member: Member, t: Text, nowMs: number, language: string): string[] {
  const { founder, nodes, since, state, permissions } = member
  const facts: string[] = []
  if (founder) facts.push(t('network.founder'))
  if (nodes.length > 0) facts.push(t('network.computers', { count: nodes.length }))
  if (since && state === 'waiting') {
    facts.push(t('network.waitingSince', { when: formatAgo(since, nowMs, language) }))
  }
  if (since && state === 'member') {
    const when = new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date(since))
    facts.push(t('network.since', { when }))
  }
  if (state === 'member') {
    facts.push(t('network.may', { what: mayWords(permissions, t) }))
  }
  return facts
}

function mayWords(permissions: readonly Permission[], t: Text): string {
  return permissions.map((each) => t(`words.permission.${each}`)).join(', ')
}

/** Nobody is let in without its being said what they may do from then on. */
function GiveDialog(props: {
  member: Member
  marks: Marks
  onGive: (permissions: Permission[]) => Promise<void>
  onClose: () => void
}) {
  const { t } = useText()
  const { member, marks, onGive, onClose } = props
  const name = called(named(member), marks)
  const isIn = member.state === 'member'
  return (
    <PermissionsDialog
      title={t(isIn ? 'network.permissions.changeTitle' : 'network.permissions.approveTitle', {
        name,
      })}
      confirmLabel={t(isIn ? 'network.permissions.save' : 'network.approve')}
      start={isIn ? member.permissions : USUAL}
      onGive={onGive}
      onClose={onClose}
    />
  )
}

/** Whoever is not let in may ask again, so nothing is typed. */
function TurnAwayDialog(props: {
  member: Member
  marks: Marks
  onClose: () => void
  onTurnAway: () => Promise<void>
}) {
  const { t } = useText()
  return (
    <ConfirmDialog
      title={t('network.turnAwayTitle', { name: called(named(props.member), props.marks) })}
      closeLabel={t('words.close')}
      cancelLabel={t('words.cancel')}
      confirmLabel={t('network.turnAway')}
      kind="primary"
      onConfirm={props.onTurnAway}
      onClose={props.onClose}
    >
      <p>{t('network.turnAwayDetail')}</p>
    </ConfirmDialog>
  )
}

/** Removal cannot be undone, so the name is typed. */
function RemoveDialog(props: {
  member: Member
  marks: Marks
  onClose: () => void
  onRemove: () => Promise<void>
}) {
  const { t } = useText()
  const { member, marks } = props
  const { owner, name } = member
  const typed = typedName(named(member), marks)
  return (
    <ConfirmDialog
      title={t('network.removeTitle', { name: called(named(member), marks) })}
      closeLabel={t('words.close')}
      cancelLabel={t('words.cancel')}
      confirmLabel={t('network.removeAction')}
      kind="danger"
      typed={{ label: t('network.removeType', { name: typed }), name: typed }}
      onConfirm={props.onRemove}
      onClose={props.onClose}
    >
      <p>{t('network.removeDetail')}</p>
      {marks.has(owner) && (
        <p>
          {t('network.removeAlike', { name })} <code className="owner-id">{owner}</code>
        </p>
      )}
    </ConfirmDialog>
  )
}
