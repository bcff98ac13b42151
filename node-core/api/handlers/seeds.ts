import { type Builder, inNetwork } from './base.ts'
import { failure } from './failures.ts'
import type { ApiDeps, SporeFacts } from './index.ts'

/** Where the network's signed document lies outside of it. */
export function seedHandlers(build: Builder, deps: ApiDeps) {
  const { seeds } = build
  const shelf = () => inNetwork(deps).seeds
  return {
    list: seeds.list.handler(() => {
      const spore = shelf().spore()
      return { seeds: shelf().list(), ...(spore && { spore: withoutBytes(spore) }) }
    }),
    publish: seeds.publish.handler(({ input }) => {
      const { location, credentials } = input
      const given = Object.entries(credentials).flatMap(([name, value]) => {
        return value === undefined ? [] : [[name, value] as const]
      })
      return shelf().publish(location, Object.fromEntries(given))
    }),
    forget: seeds.forget.handler(async ({ input }) => {
      if (await shelf().forget(input.location)) return {}
      throw failure('NOT_FOUND', `${input.location} is none of this node’s seeds.`)
    }),
    document: seeds.document.handler(() => {
      const spore = shelf().spore()
      if (!spore) throw failure('NOT_FOUND', 'This node knows of no spore document yet.')
      const document = Buffer.from(spore.bytes).toString('base64')
      return { ...withoutBytes(spore), document }
    }),
  }
}

function withoutBytes({ bytes: _, ...facts }: SporeFacts): Omit<SporeFacts, 'bytes'> {
  return facts
}
