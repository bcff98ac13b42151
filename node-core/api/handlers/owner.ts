import type { Builder } from './base.ts'
import type { ApiDeps } from './index.ts'

export function ownerHandlers({ owner }: Builder, deps: ApiDeps) {
  return {
    export: owner.export.handler(async ({ input: { passphrase } }) => {
      const { passphrase: used, ...exported } = await deps.node.exportOwner(passphrase)
      return { ...exported, ...(passphrase === undefined && { made: used }) }
    }),
  }
}
