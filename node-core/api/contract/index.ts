/**
 * Every operation of the node, declared once: input, output, the permission it needs, and whether
 * it destroys something. The doors (IPC, HTTP with OpenAPI, WebSocket, the CLI's client) derive
 * from this table. Self-contained: it imports zod and oRPC's contract builder, nothing of the node.
 */

import { bundles, images } from './bundles.ts'
import { catalogue } from './catalogue.ts'
import { commands } from './commands.ts'
import { edge } from './edge.ts'
import { events } from './events.ts'
import { importing } from './imports.ts'
import { kv, leases } from './kv.ts'
import { locks } from './locks.ts'
import { invites, members, network, nodes, peers } from './network.ts'
import { node } from './node.ts'
import { owner } from './owner.ts'
import { primary } from './primary.ts'
import { proposals } from './proposals.ts'
import { recovery } from './recovery.ts'
import { reputation } from './reputation.ts'
import { secrets } from './secrets.ts'
import { seeds } from './seeds.ts'
import { space } from './space.ts'
import { volumes } from './volumes.ts'
import { workloads } from './workloads.ts'

export const contract = {
  node,
  owner,
  network,
  peers,
  nodes,
  invites,
  members,
  primary,
  proposals,
  reputation,
  seeds,
  recovery,
  kv,
  leases,
  locks,
  secrets,
  volumes,
  workloads: { ...workloads, import: importing },
  catalogue,
  edge,
  commands,
  bundles,
  images,
  space,
  events,
}
export type Contract = typeof contract

export type { OperationMeta } from './base.ts'
export type { CatalogueEntry, CatalogueQuestion } from './catalogue.ts'
export type { AuditEntryView } from './commands.ts'
export { copyName, copyOfSlot } from './copy-name.ts'
export { type Changing, type CopyVersion, copyVersion } from './copy-version.ts'
export type { EdgeRequestView } from './edge.ts'
export { answerTo, ERROR_STATUS, type ErrorCode, isErrorCode } from './errors.ts'
export { EVENT_TOPICS, type NodeEvent } from './events.ts'
export { type FieldProblem, fieldProblems } from './field-problems.ts'
export type { ImportReportLine } from './imports.ts'
export { instanceContract, type OwnConfig } from './instance.ts'
export type { JobRunView } from './jobs.ts'
export { hasDots, KEY_LENGTH_MAX, type KeyEntry } from './key-shapes.ts'
export type { KeyChangeView } from './kv.ts'
export { type KeptLogView, LOG_PLACES_MAX } from './logs.ts'
export type { ClusterNode } from './network.ts'
export type { Status } from './node.ts'
export { PASSPHRASE_LENGTH_MIN } from './owner.ts'
export type { PrimaryView } from './primary.ts'
export type { ProposalView } from './proposals.ts'
export type { OwnerReputation } from './reputation.ts'
export type { SecretView } from './secrets.ts'
export type { KeptView } from './space.ts'
export type { Comparison, TransactionAnswer, TransactionStep } from './transactions.ts'
export type { InstanceUsageView } from './usage.ts'
export type { LeftVolumeView, VolumeView } from './volumes.ts'
export { isWorkloadName } from './workload-name.ts'
export type { InstanceView, PastVersion, WorkloadView } from './workload-views.ts'
export { type ChangeInput, type DeployInput, deployInput, workloadSchema } from './workloads.ts'
