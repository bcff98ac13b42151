/**
 * The Primary as one namespace sees it: whatever names a key, a lease or a lock outside is refused
 * here, whichever operation it came by. Who writes is the registry's to judge all the same.
 */
import { namesIn } from './command-names.ts'
import { failure } from './failures.ts'
import type { KeyPrimary } from './keys.ts'

/** `mayEnter` throws where the namespace is not to be touched at all. */
export function withinNamespace(
  primary: KeyPrimary,
  namespace: string,
  mayEnter: () => void,
): KeyPrimary {
  const inside = (name: string): boolean => {
    return name === namespace || name.startsWith(`${namespace}/`)
  }
  function check(...names: string[]): void {
    mayEnter()
    if (!names.every(inside)) throw outside(namespace)
  }
  /** A beginning that others’ names have too shows more than one’s own. */
  function checkPrefix(prefix: string): void {
    mayEnter()
    if (!prefix.startsWith(`${namespace}/`)) throw outside(namespace)
  }

  return {
    async execute(command, options) {
      const names = namesIn(command)
      if (!names) throw failure('FORBIDDEN', 'An instance changes keys, leases and locks alone.')
      check(...names)
      return primary.execute(command, options)
    },
    async key(key, options) {
      check(key)
      return primary.key(key, options)
    },
    async keys(prefix, options) {
      checkPrefix(prefix)
      return primary.keys(prefix, options)
    },
    async lease(lease, options) {
      check(lease)
      return primary.lease(lease, options)
    },
    async lock(lock, options) {
      check(lock)
      return primary.lock(lock, options)
    },
    async untilTurn(lock, lease, options) {
      check(lock, lease)
      return primary.untilTurn(lock, lease, options)
    },
    async *watch(prefix, options) {
      checkPrefix(prefix)
      yield* primary.watch(prefix, options)
    },
  }
}

export function outside(namespace: string) {
  return failure('FORBIDDEN', `An instance sees what begins with “${namespace}/” alone.`, {
    namespace,
  })
}
