/**
 * The kinds of command that this release knows. A kind's shape and meaning never change once it was
 * released; whatever changes is a new kind, of the next version.
 */
import type { z } from 'zod'
import { assign } from './assigning.ts'
import { beginAttempt, endAttempt, loseAttempt } from './attempts.ts'
import { setCordon } from './cordons.ts'
import type { Kind } from './kind.ts'
import { deleteKey, putKey } from './kv.ts'
import { grantLease, keepLease, revokeLease } from './leases.ts'
import { acquireLock, releaseLock } from './locks.ts'
import { admit, grant, join, remove } from './members.ts'
import { commitVote, makeProposal, revealVote, tellTime } from './motions.ts'
import { releaseName } from './names.ts'
import { assignRole, leaveNetwork, register, removeNode } from './nodes.ts'
import { keepWorkload, retainWorkload } from './past-workloads.ts'
import { observe } from './reputations.ts'
import { closeRun, startRun } from './runs.ts'
import { accuse, putSeat } from './seats.ts'
import { deleteSecret, putSecret, wrapSecret } from './secrets.ts'
import { deleteSetting, putSetting } from './settings.ts'
import { returnCanary, revertCanary, scaleWorkload, stepCanary } from './steering.ts'
import { transact } from './transactions.ts'
import { activate, support, tick } from './versions.ts'
import { applyWorkload, deleteWorkload } from './workloads.ts'

const KINDS = {
  'member.admit': admit,
  'member.join': join,
  'member.grant': grant,
  'member.remove': remove,
  'node.register': register,
  'node.role': assignRole,
  'node.leave': leaveNetwork,
  'node.remove': removeNode,
  'node.cordon': setCordon,
  'name.release': releaseName,
  'workload.apply': applyWorkload,
  'workload.delete': deleteWorkload,
  'workload.assign': assign,
  'workload.keep': keepWorkload,
  'workload.retain': retainWorkload,
  'workload.scale': scaleWorkload,
  'canary.step': stepCanary,
  'canary.revert': revertCanary,
  'canary.return': returnCanary,
  'run.start': startRun,
  'run.close': closeRun,
  'attempt.begin': beginAttempt,
  'attempt.end': endAttempt,
  'attempt.lost': loseAttempt,
  'secret.put': putSecret,
  'secret.wrap': wrapSecret,
  'secret.delete': deleteSecret,
  'setting.put': putSetting,
  'setting.delete': deleteSetting,
  'proposal.make': makeProposal,
  'proposal.commit': commitVote,
  'proposal.reveal': revealVote,
  'proposal.time': tellTime,
  'reputation.observe': observe,
  'kv.put': putKey,
  'kv.delete': deleteKey,
  'kv.transact': transact,
  'lease.grant': grantLease,
  'lease.keep': keepLease,
  'lease.revoke': revokeLease,
  'lock.acquire': acquireLock,
  'lock.release': releaseLock,
  'committee.seat': putSeat,
  'committee.accuse': accuse,
  'version.support': support,
  'version.activate': activate,
  tick,
} as const

/** A command as its author writes it. */
export type Command = {
  [Name in keyof typeof KINDS]: {
    kind: Name
    body: z.input<(typeof KINDS)[Name]['shape']>
  }
}[keyof typeof KINDS]

export interface Release {
  /** The newest version of the rules that it knows. */
  readonly version: number
  readonly kinds: ReadonlyMap<string, Kind>
}

export const RELEASE: Release = { version: 7, kinds: new Map<string, Kind>(Object.entries(KINDS)) }
