import { encode, equalBytes } from '../../base/codec/index.ts'
import {
  choiceText,
  explain,
  leftText,
  objectionText,
  type PlacementInput,
} from '../../work/placement/index.ts'
import { scaledReason } from '../../work/reconcile/index.ts'
import {
  applyChange,
  type DesiredWorkload,
  differencesOf,
  isSameVersion,
  type Part,
  parseDeploy,
  resumedFrom,
  storedForm,
  templateOf,
  type Workload,
  withAutoscale,
  withoutRestarts,
} from '../../work/spec/index.ts'
import { type ChangeInput, type WorkloadView, workloadSchema } from '../contract/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { needsOf } from './bundles.ts'
import { failure } from './failures.ts'
import { isLost } from './in-sight.ts'
import type { ApiDeps, ImageContent, NetworkParts } from './index.ts'
import { mustBeJob, runNow, runViews } from './job-view.ts'
import { logHandlers } from './logs.ts'
import { byKeptName, ownNames } from './own-names.ts'
import { paused, resumed } from './pausing.ts'
import { mustBeFree, portsShutReason } from './published-ports.ts'
import { restarted } from './restarting.ts'
import { shieldedReason } from './shielded.ts'
import { mustBeCanary, promoted } from './steering.ts'
import { unwantedNow, unwantedView } from './unwanted.ts'
import { usageHandlers } from './usage.ts'
import { earlierVersion, mustBeUnderWay, pastViews } from './versions.ts'
import { awaitingData, dataAwayReason, notDueReason, portsTakenReason } from './waiting-reasons.ts'
import { nodeNameOf, ownerNameOf, placedNow, workloadView } from './workload-view.ts'
import { isTaken, mustBeAt, mustBeReadable } from './write-checks.ts'

/** What somebody wants to run: deploying, changing, ending it, and seeing what became of it. */
export function workloadHandlers(build: Builder, deps: ApiDeps) {
  const { workloads } = build
  const names = ownNames(deps)
  // What is changed is one's own for as long as the name is: a second `delete` ends nobody else's.
  const byName = byKeptName(names.meant)
  const toSee = byKeptName(names.there)
  const { clock } = deps
  const view = (parts: NetworkParts, desired: DesiredWorkload, placed = placedNow(parts)) =>
    workloadView(parts, desired, placed, { edge: deps.node.edge(), long: names.long })

  const changedBy = async (parts: NetworkParts, { name, generation, ...patch }: ChangeInput) => {
    const existing = findOwn(parts, name, deps)
    mustBeAt(existing, generation)
    const changed = applyChange(existing.workload, patch, needsOf(parts))
    // Whoever names an image by itself wants what the name means by now.
    const before = patch.image === undefined ? existing.workload : undefined
    return { existing, changed: await pinned(parts, changed, before) }
  }

  return {
    list: workloads.list.handler(() => {
      const parts = inNetwork(deps)
      const placed = placedNow(parts)
      const wanted = placed.input.workloads.map((desired) => view(parts, desired, placed))
      const unwanted = [...unwantedNow(parts, placed.input)].map(([name, instances]) =>
        unwantedView(parts, name, instances, names.long(name)),
      )
      return { workloads: [...wanted, ...unwanted].sort(inOrder) }
    }),
    get: workloads.get.handler(
      toSee(({ input }) => {
        const parts = inNetwork(deps)
        const desired = known(parts, input.name)
        return desired ? view(parts, desired) : unwanted(parts, input.name)
      }),
    ),
    deploy: workloads.deploy.handler(async ({ input }) => {
      const parts = inNetwork(deps)
      const self = deps.node.owner().id
      let name = ''
      const under = async (named: (said: string) => string) => {
        const workload = parseDeploy(input, needsOf(parts), named)
        name = workload.name
        const existing = known(parts, workload.name)
        if (existing) {
          return { ...view(parts, sameAs(parts, existing, workload, self)), existed: true }
        }
        mustBeReadable(parts, workload.name)
        mustBeFree(parts, workload)
        return view(parts, await parts.desired.apply(await pinned(parts, workload), undefined))
      }
      try {
        return await under(names.toWrite)
      } catch (error) {
        // By another owner, while the image was looked for.
        if (!isTaken(error) || parts.desired.ownerOf(name) === self) throw error
        return await under((said) => names.own(said) ?? said)
      }
    }),
    schema: workloads.schema.handler(() => workloadSchema()),
    preview: workloads.preview.handler(({ input }) => {
      const parts = inNetwork(deps)
      const workload = parseDeploy(input, needsOf(parts), names.toWrite)
      mustBeFree(parts, workload)
      return {
        name: workload.name,
        slots: slotsOf(parts, withCandidate(parts, workload, deps), workload.name),
        conditions: shieldedReason(workload),
      }
    }),
    change: workloads.change.handler(
      byName(async ({ input }) => {
        const parts = inNetwork(deps)
        const { existing, changed } = await changedBy(parts, input)
        mustBeFree(parts, changed)
        return view(parts, await parts.desired.apply(changed, existing))
      }),
    ),
    differences: workloads.differences.handler(
      byName(async ({ input }) => {
        const parts = inNetwork(deps)
        const { existing, changed } = await changedBy(parts, input)
        const { generation, workload } = existing
        mustBeFree(parts, changed)
        const replaces = templateOf(workload) !== templateOf(changed)
        return { generation, changes: differencesOf(workload, changed), replaces }
      }),
    ),
    delete: workloads.delete.handler(
      byName(async ({ input }) => {
        const parts = inNetwork(deps)
        const { name } = input
        // What is on its way out already, or cannot be read here, has no owner to be compared with;
        // the registry decides.
        if (known(parts, name)) findOwn(parts, name, deps)
        else unwanted(parts, name)
        await parts.desired.delete(name)
        return {}
      }),
    ),
    versions: workloads.versions.handler(
      byName(({ input }) => {
        const parts = inNetwork(deps)
        const past = parts.desired.past(input.name)
        const now = known(parts, input.name)
        if (past.length === 0 && !now) unwanted(parts, input.name)
        return { versions: pastViews(parts, past, { now, reader: deps.node.owner().id }) }
      }),
    ),
    rollback: workloads.rollback.handler(
      byName(async ({ input }) => {
        const parts = inNetwork(deps)
        const existing = known(parts, input.name)
        if (existing) findOwn(parts, input.name, deps)
        if (input.underWay) mustBeUnderWay(parts, input.name, existing)
        const earlier = earlierVersion(parts, input, existing)
        if (existing && isSameVersion(existing.workload, earlier)) return view(parts, existing)
        mustBeFree(parts, earlier)
        const taken = await parts.desired.apply(earlier, existing)
        // Of rules alone: a change that takes over by shares meanwhile is another matter.
        const replaces = !existing || templateOf(existing.workload) !== templateOf(earlier)
        if (!replaces) return view(parts, taken)
        // It has served before: nobody has to try it out.
        return view(parts, await promoted(parts, taken, { all: true, clock }))
      }),
    ),
    promote: workloads.promote.handler(
      byName(async ({ input }) => {
        const parts = inNetwork(deps)
        const desired = findOwn(parts, input.name, deps)
        mustBeCanary(parts, desired)
        const asked = { all: input.all ?? false, step: input.step, clock }
        return view(parts, await promoted(parts, desired, asked))
      }),
    ),
    restart: workloads.restart.handler(
      byName(async ({ input }) => {
        const parts = inNetwork(deps)
        return view(parts, await restarted(parts, findOwn(parts, input.name, deps)))
      }),
    ),
    pause: workloads.pause.handler(
      byName(async ({ input }) => {
        const parts = inNetwork(deps)
        const said = { at: new Date(clock.wallMs()).toISOString(), by: deps.node.owner().id }
        return view(parts, await paused(parts, findOwn(parts, input.name, deps), said))
      }),
    ),
    resume: workloads.resume.handler(
      byName(async ({ input }) => {
        const parts = inNetwork(deps)
        return view(parts, await resumed(parts, findOwn(parts, input.name, deps)))
      }),
    ),
    runs: workloads.runs.handler(
      toSee(({ input }) => {
        const parts = inNetwork(deps)
        const desired = known(parts, input.name)
        if (desired) mustBeJob(desired)
        else unwanted(parts, input.name)
        return { runs: runViews(parts, parts.desired.job(input.name)) }
      }),
    ),
    run: workloads.run.handler(
      byName(async ({ input }) => {
        const parts = inNetwork(deps)
        const desired = findOwn(parts, input.name, deps)
        return { run: await runNow(parts, desired, clock) }
      }),
    ),
    why: workloads.why.handler(
      toSee(({ input }) => {
        const parts = inNetwork(deps)
        const desired = known(parts, input.name)
        if (!desired) return { slots: [], conditions: unwanted(parts, input.name).conditions }
        const placed = placedNow(parts)
        const slots = slotsOf(parts, placed.input, desired.workload.name)
        const seen = view(parts, desired, placed)
        return {
          slots,
          conditions: [
            ...seen.conditions,
            ...notDueReason(seen),
            ...portsShutReason(seen),
            ...portsTakenReason(placed.input, desired, slots),
            ...dataAwayReason(
              desired,
              awaitingData(placed.input, desired, slots, {
                isLost: (node) => isLost(parts, { node }),
                nameOf: (node) => nodeNameOf(parts, node),
              }),
            ),
            ...scaledReason(desired),
            ...shieldedReason(desired.workload),
          ],
        }
      }),
    ),
    ...logHandlers(build, deps),
    ...usageHandlers(build, deps),
  }
}

function known(parts: NetworkParts, name: string): DesiredWorkload | undefined {
  return parts.placementInput().workloads.find(({ workload }) => workload.name === name)
}

/** What still runs of a workload that is not wanted. Throws NOT_FOUND when nothing does. */
function unwanted(parts: NetworkParts, name: string): WorkloadView {
  const instances = unwantedNow(parts, parts.placementInput()).get(name)
  if (instances) return unwantedView(parts, name, instances)
  if (parts.desired.recordOf(name) === 'unreadable') return unwantedView(parts, name, [])
  throw failure('NOT_FOUND', `There is no workload “${name}”.`, { what: 'workload' })
}

/** Its owner may change and end it, and an admin. The registry checks this again. */
function findOwn(parts: NetworkParts, name: string, deps: ApiDeps): DesiredWorkload {
  const desired = known(parts, name)
  if (!desired) {
    mustBeReadable(parts, name)
    unwanted(parts, name)
    throw failure('CONFLICT', `“${name}” is being ended. Deploy it anew.`, { reason: 'DELETED' })
  }
  if (desired.owner === deps.node.owner().id || parts.permissions().has('admin')) return desired
  const owner = ownerNameOf(parts, desired.owner) || 'Another owner'
  throw failure('FORBIDDEN', `“${name}” belongs to ${owner}.`, { owner: desired.owner })
}

type Source = Part['source']

/** The same deploy twice is one deploy; a different one under a taken name is refused. */
function sameAs(
  parts: NetworkParts,
  existing: DesiredWorkload,
  asked: Workload,
  self: string,
): DesiredWorkload {
  const same = equalBytes(contentOf(existing.workload), contentOf(asked))
  if (same && existing.owner === self) return existing
  const owner = ownerNameOf(parts, existing.owner) || 'another owner'
  throw failure(
    'CONFLICT',
    `There is a workload “${asked.name}” of ${owner} already. Update it, or take another name.`,
    { reason: 'NAME_TAKEN', owner: existing.owner },
  )
}

/** But for what was found of the images, what is scaled, a pause, and that copies were started anew. */
function contentOf(workload: Workload): Uint8Array {
  const plain = resumedFrom(workload)
  const asked = withoutRestarts(withAutoscale(plain, plain.autoscale))
  return encode(storedForm(withSources(asked, asNamed)))
}

function withSources(workload: Workload, change: (source: Source, of: Part) => Source): Workload {
  const changed = (part: Part): Part => ({ ...part, source: change(part.source, part) })
  const [first, ...rest] = workload.parts
  return { ...workload, parts: [changed(first), ...rest.map(changed)] }
}

function asNamed(source: Source): Source {
  if ('bundle' in source) return source
  const { imageId: _, exposes: __, ...rest } = source
  return rest
}

/**
 * Fixes what is wanted to its content: images to the ids that this computer or a peer has for them,
 * so that every node runs the same; a bundle has to be published and trusted. An image that a part
 * had `before` stays as it is, also where it was fixed to nothing: an id found since would make
 * another version of what nobody has changed.
 */
async function pinned(
  parts: NetworkParts,
  workload: Workload,
  before?: Workload,
): Promise<Workload> {
  const contents = new Map<string, ImageContent>()
  const isNew = ({ name, source }: Part): boolean =>
    !before?.parts.some((had) => had.name === name && hasImage(had.source, source))
  for (const part of workload.parts) {
    const { source } = part
    if ('bundle' in source) {
      mustBePublished(parts, source.bundle)
    } else if (source.imageId === undefined && isNew(part) && !contents.has(source.image)) {
      const found = await parts.images.resolve(source.image)
      if (found) contents.set(source.image, found)
    }
  }
  return withSources(workload, (source, part) => {
    if ('bundle' in source || source.imageId !== undefined || !isNew(part)) return source
    const content = contents.get(source.image)
    if (!content) return source
    const { imageId, exposes } = content
    return { ...source, imageId, ...(exposes.length > 0 && { exposes }) }
  })
}

function hasImage(had: Source, source: Source): boolean {
  return 'image' in had && 'image' in source && had.image === source.image
}

function mustBePublished(parts: NetworkParts, digest: string): void {
  const bundle = parts.bundles.list().find((one) => one.digest === digest)
  if (!bundle) throw failure('NOT_FOUND', 'No such bundle is published in this network.')
  if (bundle.trusted) return
  const trust = `mycelium bundle trust ${bundle.publisher}`
  const message = `Nobody here trusts who signed ${bundle.name}. An admin may: ${trust}`
  throw failure('FORBIDDEN', message, {
    reason: 'PUBLISHER_UNTRUSTED',
    publisher: bundle.publisher,
  })
}

/** The input of placement as it would be with this workload in it. */
function withCandidate(parts: NetworkParts, workload: Workload, deps: ApiDeps): PlacementInput {
  const input = parts.placementInput()
  const others = input.workloads.filter((desired) => desired.workload.name !== workload.name)
  const generation = (known(parts, workload.name)?.generation ?? 0) + 1
  const candidate = { workload, owner: deps.node.owner().id, generation }
  // As whoever assigns would see it: a slot that nobody has been assigned is free to go anywhere.
  const assignments = input.committed?.assignments
  return {
    ...input,
    workloads: [...others, candidate],
    ...(assignments && { committed: { assignments, bound: new Set<string>() } }),
  }
}

function slotsOf(parts: NetworkParts, input: PlacementInput, name: string) {
  const nameOf = (node: Parameters<NetworkParts['membership']['get']>[0]): string =>
    parts.membership.get(node)?.profile.name ?? ''
  return explain(input, name).map(({ index, node, because, stays, displaces, refused }) => ({
    index,
    ...(node !== undefined && { node, nodeName: nameOf(node) }),
    ...(because && { because: { code: because, message: choiceText(because) } }),
    ...(stays && { stays: { code: stays, message: leftText(stays) } }),
    ...(displaces && { displaces }),
    refused: refused.map((one) => ({
      node: one.node,
      nodeName: nameOf(one.node),
      reason: { code: one.code, message: objectionText(one.code) },
    })),
  }))
}

function inOrder(a: WorkloadView, b: WorkloadView): number {
  return a.name < b.name ? -1 : 1
}
