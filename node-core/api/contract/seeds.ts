/** Where the network's signed document lies outside of it, for those who find nobody. */
import { z } from 'zod'
import { empty, operation, time } from './base.ts'
import { reason } from './reason.ts'

/** A path, an http(s) URL, or `s3://bucket/key?endpoint=…&region=…`. */
const location = z.string().trim().min(1).max(1_024)
const secret = z.string().min(1).max(4_096)

const seedPlace = z.object({
  location,
  /** False where this node only reads: it joined by what lies there. */
  writes: z.boolean(),
  /** Whether it decides who goes on when the committee is overruled. */
  witness: z.boolean(),
  /** When what lies there was last seen to be the newest. */
  currentAt: time.optional(),
  problem: reason.optional(),
})

const sporeFacts = z.object({
  /** `era.index.edition`: what compares as newer is newer. */
  version: z.string(),
  issuedAt: time,
  /** The committee that signed it. */
  voters: z.array(z.string()),
  nodes: z.number().int(),
})

export const seeds = {
  list: operation()
    .route({ method: 'GET', path: '/api/network/seeds', summary: 'Seeds, and what they hold' })
    .output(z.object({ seeds: z.array(seedPlace), spore: sporeFacts.optional() })),
  publish: operation({ permission: 'admin' })
    .route({ method: 'POST', path: '/api/network/seeds', summary: 'Keep a seed up to date' })
    .input(
      z.object({
        location,
        /** It also decides who goes on when the committee is overruled. */
        witness: z.boolean().default(false),
        /** Kept in this node's home alone, and never told. */
        credentials: z
          .object({
            token: secret.optional(),
            accessKeyId: secret.optional(),
            secretAccessKey: secret.optional(),
            sessionToken: secret.optional(),
          })
          .default({}),
      }),
    )
    .output(seedPlace),
  forget: operation({ permission: 'admin' })
    .route({ method: 'DELETE', path: '/api/network/seeds', summary: 'Leave a seed alone' })
    .input(z.object({ location }))
    .output(empty),
  /** DAG-CBOR in base64, as it lies in seeds. */
  document: operation()
    .route({ method: 'GET', path: '/api/network/spore', summary: 'The signed spore document' })
    .output(sporeFacts.extend({ document: z.base64() })),
}
