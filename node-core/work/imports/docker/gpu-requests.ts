/** Devices that Docker hands in by a request: graphics processors, and nothing else. */
import { takeGpus } from '../gpus.ts'
import { each, field, itemsOf, type Tree, textOf, wholeNumber } from '../tree.ts'
import type { Service } from './service-rule.ts'

/** `2`, `"device=0,1"`, `all`; and what compose writes of each: a driver, a count or ids. */
export function takeGpuRequest(at: Tree, service: Service): void {
  if (at.kind === 'map') takeRequest(at, service)
  else {
    const text = (textOf(at) ?? '').replaceAll('"', '')
    const ids = /(?:^|,)device=([\w:,-]+)$/.exec(text)?.[1]?.split(',')
    const said = /^(?:count=)?(\d{1,4})$/.exec(text)?.[1]
    if (ids) takeGpus(at, { count: ids.length, unnamed: true }, service)
    else takeGpus(at, { count: said === undefined ? undefined : Number(said) }, service)
  }
}

/** One of `deploy.resources.reservations.devices`. */
export function takeDevice(at: Tree, service: Service): void {
  const capabilities = [...each(field(at, 'capabilities') ?? at)].map(textOf)
  if (capabilities.includes('gpu')) takeRequest(at, service)
  else service.scope.say(at, 'device')
}

function takeRequest(at: Tree, service: Service): void {
  const ids = itemsOf(field(at, 'device_ids')).length
  if (ids > 0) takeGpus(at, { count: ids, unnamed: true }, service)
  else takeGpus(at, { count: wholeNumber(field(at, 'count')) }, service)
}
