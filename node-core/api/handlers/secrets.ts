/** Secrets over every door: names and readers go out, values only come in. */
import type { SecretFacts } from '../../work/secrets/index.ts'
import type { SecretView } from '../contract/index.ts'
import { type Builder, inNetwork } from './base.ts'
import type { ApiDeps } from './index.ts'
import { options } from './keys.ts'
import { firstPart, ownNames } from './own-names.ts'

export function secretHandlers({ secrets }: Builder, deps: ApiDeps) {
  const shelf = () => inNetwork(deps).secrets
  const names = ownNames(deps)
  return {
    list: secrets.list.handler(({ input: { prefix, after, limit } }) => {
      const page = { limit: limit + 1, ...(after !== undefined && { after }) }
      const found = shelf().list(firstPart(prefix, names.meant), page)
      return { secrets: found.slice(0, limit).map(viewOf), more: found.length > limit }
    }),
    set: secrets.set.handler(async ({ input: { name: said, value, version }, signal }) => {
      // What is said to be there may be somebody else's, for who may write there; what is not is one's own.
      const name = firstPart(said, (version ?? 0) === 0 ? names.toWrite : names.meant)
      const bytes = Uint8Array.from(Buffer.from(value, 'base64'))
      const expected = version === undefined ? {} : { version }
      return viewOf(await shelf().put(name, bytes, { ...expected, ...options(signal) }))
    }),
    delete: secrets.delete.handler(async ({ input: { name: said, version }, signal }) => {
      const name = firstPart(said, names.meant)
      const expected = version === undefined ? {} : { version }
      await shelf().delete(name, { ...expected, ...options(signal) })
      return {}
    }),
  }

  function viewOf({ name, version, readers }: SecretFacts): SecretView {
    const { membership } = inNetwork(deps)
    return {
      ...{ name, version },
      readers: readers.map(({ node, state }) => {
        const called = membership.get(node)?.profile.name
        return { id: node, state, ...(called !== undefined && { name: called }) }
      }),
    }
  }
}
