/** The doors of this node's instances, wired: what they may see, and what they are told. */
import { randomBytes } from 'node:crypto'
import { createInstanceDoors, type InstanceDoors } from './api/doors/instance/index.ts'
import type { Standing } from './api/handlers/index.ts'
import type { NamedPart } from './base/lifecycle/index.ts'
import { doorFolders } from './door-folders.ts'
import { createInstanceNames } from './instance-names.ts'
import type { NetworkSide } from './network-side.ts'
import type { PrimarySide } from './primary-side.ts'
import type { RuntimeDeps } from './runtime-deps.ts'
import type { Dialer } from './work/edge/index.ts'
import type { WorkView } from './work/reconcile/index.ts'
import type { Secrets } from './work/secrets/index.ts'
import type { Outside } from './work/shield/index.ts'
import { portsOf } from './work/spec/index.ts'

export interface InstanceSide {
  doors: InstanceDoors
  /** Before what runs instances, so that it stops after them. */
  part: NamedPart
}

const SECRET = 'instances.key'
const SECRET_BYTES = 32

export async function openInstanceSide(
  deps: RuntimeDeps,
  side: NetworkSide,
  { primary }: PrimarySide,
  work: {
    view: () => WorkView
    secrets: () => Pick<Secrets, 'open' | 'markOf' | 'onChange'>
    dialer: () => Dialer
    outside: Outside
  },
): Promise<InstanceSide> {
  const { mesh } = side
  const { view } = work
  const doors = createInstanceDoors({
    secret: await secretOf(deps),
    folders: doorFolders({ disk: deps.disk, node: deps.identity.nodeId }),
    primary,
    secrets: {
      open: (name) => work.secrets().open(name),
      markOf: (name) => work.secrets().markOf(name),
      onChange: (listener) => work.secrets().onChange(listener),
    },
    standing: (workload) => standingOf(side, primary, view(), workload),
    secretsOf: (workload) => {
      const desired = view().desired(workload)
      return desired && (desired.workload.secrets ?? [])
    },
    namesOf: (workload) => {
      const { outside } = work
      return createInstanceNames({ view: view(), dialer: work.dialer(), outside }, workload)
    },
    selfOf({ id, workload: name, index, generation }) {
      const { workload } = view().desired(name) ?? {}
      return {
        ...{ workload: name, instance: id, index, generation, node: mesh.self },
        ...(workload && { replicas: workload.replicas }),
        ...{ env: workload?.parts[0].env ?? {}, labels: workload?.labels ?? {} },
        ports: (workload ? portsOf(workload) : []).map(({ containerPort, protocol }) => {
          return { containerPort, protocol }
        }),
      }
    },
    clock: deps.clock,
    logger: deps.logger.child('instances'),
  })
  return { doors, part: { name: 'instance doors', part: doors } }
}

/**
 * A name is first taken by whoever writes under it, and this node writes for its own owner: so nobody's
 * name is entered for a stranger's workload, and another owner's for nobody.
 */
function standingOf(
  side: NetworkSide,
  primary: PrimarySide['primary'],
  view: WorkView,
  workload: string,
): () => Standing {
  let owner = view.desired(workload)?.owner
  return () => {
    owner = view.desired(workload)?.owner ?? owner
    const registry = primary.view()
    if (!registry) return 'unknown'
    const holder = registry.ownerOf(workload)
    if (owner === undefined) return 'foreign'
    if (holder !== undefined) return holder === owner ? 'own' : 'foreign'
    return owner === side.state.memberOf(side.mesh.self)?.ownerId ? 'own' : 'free'
  }
}

async function secretOf({ disk }: RuntimeDeps): Promise<Uint8Array> {
  const held = await disk.read(SECRET)
  if (held?.byteLength === SECRET_BYTES) return held
  const secret = new Uint8Array(randomBytes(SECRET_BYTES))
  await disk.writeAtomic(SECRET, secret, { mode: 0o600 })
  return secret
}
