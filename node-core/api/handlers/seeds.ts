import { type Builder, inNetwork } from './base.ts'
import { failure } from './failures.ts'
import type { ApiDeps, SeedFacts, SporeFacts } from './index.ts'
import { WITNESS_SETTING } from './settings.ts'

/** Where the network's signed document lies outside of it. */
export function seedHandlers(build: Builder, deps: ApiDeps) {
  const { seeds } = build
  const shelf = () => inNetwork(deps).seeds
  const withWitness = (seed: SeedFacts) => {
    const witness = inNetwork(deps).primary.view()?.setting(WITNESS_SETTING)?.value
    return { ...seed, witness: seed.location === witness }
  }
  return {
    list: seeds.list.handler(() => {
      const spore = shelf().spore()
      const list = shelf().list().map(withWitness)
      return { seeds: list, ...(spore && { spore: withoutBytes(spore) }) }
    }),
    publish: seeds.publish.handler(async ({ input }) => {
      const { location, credentials, witness } = input
      const given = Object.entries(credentials).flatMap(([name, value]) => {
        return value === undefined ? [] : [[name, value] as const]
      })
      const seed = await shelf().publish(location, Object.fromEntries(given))
      if (witness) {
        // Every copy must know it before it is needed.
        const body = { name: WITNESS_SETTING, value: seed.location }
        await inNetwork(deps).primary.execute({ kind: 'setting.put', body })
      }
      return withWitness(seed)
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
