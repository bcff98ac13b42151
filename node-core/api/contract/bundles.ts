/** What workloads run: published bundles, trusted publishers, images on this computer. */
import { z } from 'zod'
import { empty, operation, time } from './base.ts'

export const bundle = z.object({
  digest: z.string(),
  name: z.string(),
  version: z.string(),
  publisher: z.string(),
  trusted: z.boolean(),
  sizeBytes: z.number().int(),
  /** The node that is asked published it, and can withdraw it. */
  here: z.boolean().optional(),
  /**
   * What its manifest says that it needs: what is deployed of it asks for as much unless told otherwise.
   * `p99Ms`, within how long 99 of 100 answers are to begin, is gone by where copies are scaled.
   */
  needs: z
    .object({
      cpuMillis: z.number().int().optional(),
      memoryBytes: z.number().int().optional(),
      p99Ms: z.number().int().optional(),
    })
    .optional(),
})

/** An Ed25519 public key as hex or base64. */
const publisherKey = z.string().min(43).max(64)

export const bundles = {
  list: operation()
    .route({ method: 'GET', path: '/api/bundles', summary: 'Published bundles' })
    .output(z.object({ bundles: z.array(bundle) })),
  /** Over HTTP the body is the file itself (`application/octet-stream`), streamed to the disk. */
  publish: operation({ permission: 'deploy' })
    .route({
      method: 'POST',
      path: '/api/bundles',
      summary: 'Publish',
      successStatus: 201,
      spec: (current) => ({
        ...current,
        requestBody: { required: true, content: { 'application/octet-stream': {} } },
      }),
    })
    .input(z.object({ file: z.file().max(536_870_912) }))
    .output(bundle),
  /**
   * By the node that published it: it need keep it no more. Refused with 409 (`details.reason` IN_USE,
   * `details.workloads`) while a workload has it, or can go back to a version that has it. Where `others`
   * published it too, it stays published.
   */
  unpublish: operation({ permission: 'deploy', destructive: true })
    .route({ method: 'DELETE', path: '/api/bundles/{digest}', summary: 'Publish it no more' })
    .input(z.object({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/) }))
    .output(
      z.object({
        digest: z.string(),
        others: z.array(z.object({ id: z.string(), name: z.string() })),
      }),
    ),
  publishers: operation()
    .route({ method: 'GET', path: '/api/publishers', summary: 'Trusted publisher keys' })
    .output(z.object({ publishers: z.array(z.object({ key: z.string(), since: time })) })),
  trust: operation({ permission: 'admin' })
    .route({ method: 'POST', path: '/api/publishers', summary: 'Trust a publisher key' })
    .input(z.object({ key: publisherKey }))
    .output(empty),
  untrust: operation({ permission: 'admin', destructive: true })
    .route({
      method: 'DELETE',
      path: '/api/publishers/{key}',
      summary: 'Trust it no more',
      successStatus: 204,
    })
    .input(z.object({ key: publisherKey }))
    .output(empty),
}

export const images = {
  list: operation({ permission: 'local' })
    .route({ method: 'GET', path: '/api/images', summary: 'Container images on this computer' })
    .output(
      z.object({
        images: z.array(
          z.object({ id: z.string(), tags: z.array(z.string()), sizeBytes: z.number() }),
        ),
      }),
    ),
}
