/** Networks of compose: there is one here, and what a service is called in them is what it is found by. */
import { each, field, fieldsOf, isEmpty, type Tree, textOf } from '../tree.ts'
import type { Service } from './service-rule.ts'

export function takeNetworks(at: Tree, { scope }: Service): void {
  if (at.kind !== 'map' || isEmpty(at)) {
    for (const network of isEmpty(at) ? [at] : each(at)) scope.say(network, 'no-networks')
    return
  }
  for (const network of fieldsOf(at).values()) {
    if (network.kind !== 'map' || isEmpty(network)) scope.say(network, 'no-networks')
    for (const [name, value] of fieldsOf(network)) {
      if (name === 'aliases') scope.say(value, 'kept', FOUND)
      else scope.say(value, 'no-networks')
    }
  }
}

const FOUND = 'Services of this text that name one of these in a variable find it by that name.'

/** What each of the others is found by beside its own name; of two who have the same, the first. */
export function aliasesOf(
  services: ReadonlyMap<string, Tree>,
  others: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [name, service] of services) {
    if (!others.has(name)) continue
    for (const alias of [textOf(field(service, 'container_name')), ...inNetworks(service)]) {
      const called = alias?.toLowerCase()
      if (called !== undefined && called !== '' && !found.has(called)) found.set(called, name)
    }
  }
  return found
}

function inNetworks(service: Tree): (string | undefined)[] {
  return [...fieldsOf(field(service, 'networks')).values()].flatMap((network) => {
    const aliases = field(network, 'aliases')
    return aliases?.kind === 'list' ? aliases.items.map(textOf) : []
  })
}
