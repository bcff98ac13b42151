/** What nodes tell of the copies of a workload, as it goes on: nothing twice, and together what is alike. */
import type { Outputs } from '../node-client.ts'
import { copyName } from '../text/copy-name.ts'

type Workload = Outputs['workloads']['get']
type Copy = Pick<Workload['instances'][number], 'index' | 'nodeName'>

/** What of a look at a workload was not said at one before. */
export function createSteps(): (
  seen: Pick<Workload, 'name' | 'instances' | 'conditions'>,
) => string[] {
  const said = new Set<string>()
  /** Of each reason the copies it was said of first: the next ones are as they are. */
  const firstOf = new Map<string, string>()

  /** It notes that it is said. */
  const isNew = (text: string): boolean => {
    const wasSaid = said.has(text)
    said.add(text)
    return !wasSaid
  }

  return ({ name, instances, conditions }) => {
    const news = instances.filter((one) => isNew(`${copiesText(name, [one])}: ${stepOf(one)}`))
    const steps = alike(news, stepOf).map(([what, copies]) => {
      const whose = copiesText(name, copies)
      const first = firstOf.get(what)
      if (first !== undefined) return `${whose}: as ${first}`
      if (copies.some((one) => one.reason?.message === what)) firstOf.set(what, whose)
      return `${whose}: ${what}`
    })
    const told = instances.flatMap(({ reason }) => reason?.message ?? [])
    // Of the workload it may be said with the name of the computer before it.
    const others = conditions.filter(({ message }) => !told.some((one) => message.endsWith(one)))
    return [...steps, ...others.map(({ message }) => message).filter(isNew)]
  }
}

/** What they say, each with all who say it, in the order in which it is said first. */
export function alike<T>(ones: readonly T[], whatOf: (one: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>()
  for (const one of ones) {
    const what = whatOf(one)
    groups.set(what, [...(groups.get(what) ?? []), one])
  }
  return [...groups]
}

/** `web-0 on ada`, `web-0, web-1 on ada and web-2 on ben`. */
export function copiesText(workload: string, copies: readonly Copy[]): string {
  const byNode = alike(copies, ({ nodeName }) => nodeName).map(([nodeName, those]) => {
    return `${those.map(({ index }) => copyName(workload, index)).join(', ')} on ${nodeName}`
  })
  return byNode.join(' and ')
}

export function healthStep({ status, health }: Workload['instances'][number]): string {
  return status === 'Running' ? `Running, ${health}` : status
}

function stepOf(one: Workload['instances'][number]): string {
  return one.progress ?? one.reason?.message ?? healthStep(one)
}
