/**
 * Names of single copies, such as `pg-0.pg` or `pg-0.pg.shop.svc.cluster.local`: Kubernetes gives them to
 * the pods of a StatefulSet below its Service. Here a name leads to any copy, so it means the same where
 * there is but one.
 */
import { labelOf } from '../draft.ts'
import { field, type Tree, textOf, wholeNumber } from '../tree.ts'
import { targetOf } from './autoscaler.ts'
import type { KubeObject } from './object.ts'
import type { CopyNames } from './rule.ts'

export function copyNamesOf(
  sets: readonly KubeObject[],
  scalers: readonly KubeObject[],
): CopyNames {
  const scaled = new Set(scalers.map(targetOf))
  return (host, namespace) => {
    const [pod = '', service, inNamespace = namespace, svc] = host.toLowerCase().split('.')
    const [, name] = /^(.+)-\d+$/.exec(pod) ?? []
    if (name === undefined || service === undefined || (svc ?? 'svc') !== 'svc') return undefined
    const set = sets.find((one) => {
      return one.name === name && one.namespace === inNamespace && serviceOf(one.at) === service
    })
    const label = set && labelOf(set.name)
    if (!set || label === undefined) return undefined
    const count = wholeNumber(field(set.at, 'spec', 'replicas')) ?? 1
    const isScaled = scaled.has(`${set.namespace}/${label}`)
    return { name: label, isOnly: count === 1 && !isScaled && pod === `${name}-0` }
  }
}

function serviceOf(at: Tree): string | undefined {
  return textOf(field(at, 'spec', 'serviceName'))
}
