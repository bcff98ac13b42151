import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import type { Draft } from './draft.ts'

/** `registry/team/web:1.2` suggests `web`; anything that no name can hold becomes a dash. */
export function suggestName(source: string): string {
  const last = source.split('/').at(-1) ?? ''
  return (last.split(/[:@]/)[0] ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, NAME_LENGTH_MAX)
}

const NAME_LENGTH_MAX = 63

/** What the node will call it. */
export function nameOf({ name, containers }: DeployInput): string {
  return name ?? suggestName(containers?.[0]?.image ?? '')
}

/** The name, or the first of `name-2`, `name-3` … that is not among those taken. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  for (let number = 2; ; number += 1) {
    const name = `${wanted}-${number}`
    if (!taken.has(name)) return name
  }
}

/**
 * The workload by another name, and everything in the draft that names it: those that use it go on
 * finding it under the host name they know, and its secrets move along.
 */
export function renamed(draft: Draft, from: string, to: string): Draft {
  const moved = (key: string) => (key.startsWith(`${from}/`) ? to + key.slice(from.length) : key)
  const { typed: _, unfinished, ...rest } = draft
  return {
    ...rest,
    ...(unfinished && {
      unfinished: unfinished.map((one) => {
        return one.workload === from ? { ...one, workload: to } : one
      }),
    }),
    workloads: draft.workloads.map((each) => {
      const referring = withUse(withPlacement(each, from, to), from, to)
      return nameOf(each) === from ? withOwnKeys({ ...referring, name: to }, moved) : referring
    }),
    secrets: Object.fromEntries(
      Object.entries(draft.secrets).map(([name, value]) => [moved(name), value]),
    ),
  }
}

function withUse(workload: DeployInput, from: string, to: string): DeployInput {
  const { uses } = workload
  const isNamed = (use: NonNullable<typeof uses>[number]) =>
    (typeof use === 'string' ? use : use.name) === from
  if (!uses?.some(isNamed)) return workload
  return {
    ...workload,
    uses: uses.map((use) => {
      if (!isNamed(use)) return use
      return { name: to, as: typeof use === 'string' ? use : (use.as ?? use.name) }
    }),
  }
}

function withPlacement(workload: DeployInput, from: string, to: string): DeployInput {
  const { placement } = workload
  const { apart, near } = placement ?? {}
  if (!apart?.includes(from) && !near?.includes(from)) return workload
  const led = (names: string[]) => names.map((name) => (name === from ? to : name))
  return {
    ...workload,
    placement: {
      ...placement,
      ...(apart && { apart: led(apart) }),
      ...(near && { near: led(near) }),
    },
  }
}

/** What lies under the workload's own name in the registry: its secrets, and the queue it counts. */
function withOwnKeys(workload: DeployInput, moved: (key: string) => string): DeployInput {
  const { secrets, autoscale } = workload
  const queue = autoscale?.queue
  return {
    ...workload,
    ...(secrets && { secrets: secrets.map((one) => ({ ...one, name: moved(one.name) })) }),
    ...(queue && { autoscale: { ...autoscale, queue: { ...queue, key: moved(queue.key) } } }),
  }
}
