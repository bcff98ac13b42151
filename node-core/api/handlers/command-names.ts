/** Every key, lease and lock that a command names. */
import type { Command } from '../../control/registry/index.ts'

type Rename = (name: string) => string

/** The command with other names; undefined for kinds that are of something else. */
export function namesMapped(command: Command, rename: Rename): Command | undefined {
  switch (command.kind) {
    case 'kv.put':
    case 'kv.delete':
      return { ...command, body: renamed(command.body, rename) } as Command
    case 'kv.transact': {
      const { compare, success, failure } = command.body
      const body = {
        compare: compare.map((one) => renamed(one, rename)),
        success: success.map((one) => renamed(one, rename)),
        failure: failure.map((one) => renamed(one, rename)),
      }
      return { kind: 'kv.transact', body }
    }
    case 'lease.grant':
    case 'lease.keep':
    case 'lease.revoke':
    case 'lock.acquire':
    case 'lock.release':
      return { ...command, body: renamed(command.body, rename) } as Command
    default:
      return undefined
  }
}

/** In the order in which they stand; undefined as above. */
export function namesIn(command: Command): string[] | undefined {
  const names: string[] = []
  const isOfKeys = namesMapped(command, (name) => {
    names.push(name)
    return name
  })
  return isOfKeys && names
}

const NAMING = ['key', 'lock', 'lease'] as const

/** What bears names as keys, leases and locks do, and their rows. */
export function renamed<T extends object>(named: T, rename: Rename): T {
  const changed: Record<string, string> = {}
  for (const field of NAMING) {
    const name: unknown = Reflect.get(named, field)
    if (typeof name === 'string') changed[field] = rename(name)
  }
  return { ...named, ...changed }
}
