import type { RuntimeDeps } from './runtime-deps.ts'
import { type Ipv4Range, parseRange } from './work/addresses/index.ts'

/** What this computer's owner opens of its home network, to workloads of its own that name it. */
export function openedOf({ config }: Pick<RuntimeDeps, 'config'>): Ipv4Range[] {
  return (config.shieldOpen ?? []).flatMap((text) => parseRange(text) ?? [])
}
