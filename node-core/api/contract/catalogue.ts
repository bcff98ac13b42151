/** Software that many people want to run: what is asked of them, and the manifests that come of it. */
import { z } from 'zod'
import { operation } from './base.ts'
import { deployInput } from './workloads.ts'

const answer = z.union([z.string().max(16_384), z.number(), z.boolean()])
const answers = z.record(z.string().regex(/^[a-z][A-Za-z0-9]{0,31}$/), answer)

const asked = {
  key: z.string(),
  label: z.string(),
  help: z.string().optional(),
  /** Most people leave it as it is. */
  more: z.boolean().optional(),
}

const question = z.discriminatedUnion('kind', [
  z.object({ ...asked, kind: z.enum(['name', 'image', 'text', 'lines']), default: z.string() }),
  z.object({
    ...asked,
    kind: z.literal('number'),
    ...{ default: z.number(), min: z.number(), max: z.number() },
  }),
  z.object({
    ...asked,
    kind: z.literal('size'),
    ...{ default: z.string(), min: z.string(), max: z.string() },
  }),
  z.object({ ...asked, kind: z.literal('yes'), default: z.boolean() }),
  z.object({
    ...asked,
    kind: z.literal('choice'),
    default: z.string(),
    options: z.array(z.object({ value: z.string(), label: z.string() })),
  }),
  /** Made by chance unless one is given. */
  z.object({
    ...asked,
    kind: z.literal('secret'),
    length: z.number().int(),
    /** Somebody needs it to sign in; the others pass between programs. */
    forPeople: z.boolean().optional(),
  }),
])
export type CatalogueQuestion = z.infer<typeof question>

const entry = z.object({
  name: z.string(),
  title: z.string(),
  summary: z.string(),
  about: z.string(),
  category: z.enum(['publish', 'files', 'together', 'home', 'build', 'watch']),
  licence: z.string(),
  homePage: z.string(),
  imagePage: z.string(),
  /** The path of a drawing in a field of 20 by 20, made of lines. */
  icon: z.string(),
  /** Whom the image runs as: `own` user at once, root that `stepsDown` to one, or `root` of the container. */
  runsAs: z.enum(['own', 'stepsDown', 'root']),
  firstSteps: z.string(),
  notes: z.array(z.string()),
  questions: z.array(question),
})
export type CatalogueEntry = z.infer<typeof entry>

const byName = z.object({ name: z.string().min(1).max(64) })

export const catalogue = {
  list: operation({ permission: 'local', needsNetwork: false })
    .route({ method: 'GET', path: '/api/catalogue', summary: 'What there is in the catalogue' })
    .output(z.object({ entries: z.array(entry) })),
  show: operation({ permission: 'local', needsNetwork: false })
    .route({ method: 'GET', path: '/api/catalogue/{name}', summary: 'One entry of it' })
    .input(byName)
    .output(entry),
  /** Deploys nothing and writes nothing. */
  fill: operation({ permission: 'local', needsNetwork: false })
    .route({
      method: 'POST',
      path: '/api/catalogue/{name}',
      summary: 'The manifests and secrets that come of answers',
    })
    .input(byName.extend({ answers: answers.optional() }))
    .output(
      z.object({
        /** To all questions: what was made by chance comes back, so that it can be given again. */
        answers,
        /** Bodies of `POST /api/workloads`; what is used comes before what uses it. */
        workloads: z.array(deployInput),
        /** To be written first (`PUT /api/secrets/…`), where there are none of these names. */
        secrets: z.array(z.object({ name: z.string(), value: z.string() })),
      }),
    ),
}
