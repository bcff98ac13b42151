/** What an entry says, and that it says it rightly. */
import { z } from 'zod'
import {
  ANSWER_LENGTH_MAX,
  LINE_LENGTH_MAX,
  QUESTIONS_MAX,
  SECRET_LENGTH_MAX,
  SECRET_LENGTH_MIN,
  WORKLOADS_MAX,
} from './limits.ts'

const words = z.string().min(1).max(LINE_LENGTH_MAX)
const asked = {
  key: z.string().regex(/^[a-z][A-Za-z0-9]{0,31}$/),
  label: words,
  help: words.optional(),
  /** Most people leave it as it is. */
  more: z.boolean().optional(),
}

const question = z.discriminatedUnion('kind', [
  /** What the workload is called. */
  z.strictObject({ ...asked, kind: z.literal('name'), default: words }),
  z.strictObject({ ...asked, kind: z.literal('image'), default: words }),
  z.strictObject({
    ...asked,
    kind: z.literal('text'),
    default: z.string().max(LINE_LENGTH_MAX),
    /** What it has to look like, and that in words. */
    pattern: z.string().max(200).optional(),
    patternHelp: words.optional(),
  }),
  z.strictObject({
    ...asked,
    kind: z.literal('lines'),
    default: z.string().max(ANSWER_LENGTH_MAX),
  }),
  z.strictObject({
    ...asked,
    kind: z.literal('number'),
    default: z.number().int(),
    min: z.number().int(),
    max: z.number().int(),
  }),
  /** An amount of memory or disk, such as `2Gi`. */
  z.strictObject({ ...asked, kind: z.literal('size'), default: words, min: words, max: words }),
  z.strictObject({ ...asked, kind: z.literal('yes'), default: z.boolean() }),
  z.strictObject({
    ...asked,
    kind: z.literal('choice'),
    default: words,
    options: z
      .array(z.strictObject({ value: words, label: words }))
      .min(2)
      .max(12),
  }),
  /** Made by chance unless somebody gives one; handed to copies sealed, never in a manifest. */
  z.strictObject({
    ...asked,
    kind: z.literal('secret'),
    length: z.number().int().min(SECRET_LENGTH_MIN).max(SECRET_LENGTH_MAX),
    alphabet: z.enum(['letters', 'hex', 'plain']),
    /** Somebody needs it to sign in; the others pass between programs. */
    forPeople: z.boolean().optional(),
  }),
])
export type Question = z.infer<typeof question>

/** A manifest with `${key}` where answers go; a secret says under `of` whose answer it is. */
const template = z.looseObject({
  name: words,
  containers: z
    .array(z.looseObject({ image: words }))
    .min(1)
    .max(8),
  secrets: z
    .array(
      z.strictObject({ name: words, env: words.optional(), file: words.optional(), of: words }),
    )
    .optional(),
})
export type Template = z.infer<typeof template>

const entry = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,47}$/),
  title: words,
  /** One sentence, for the card. */
  summary: words,
  /** What it is, in plain words. */
  about: words,
  category: z.enum(['publish', 'files', 'together', 'home', 'build', 'watch']),
  licence: words,
  homePage: z.url({ protocol: /^https$/ }),
  /** Where it is written how the image is to be run. */
  imagePage: z.url({ protocol: /^https$/ }),
  /** Lines in a field of 20 by 20, drawn for this catalogue. */
  icon: z.string().regex(/^[MmLlHhVvCcSsQqTtAaZz0-9 .,-]{4,400}$/),
  /**
   * own: as a user of its own from its first process on. stepsDown: as root of its container until its
   * data is given to a user of its own. root: as root of its container.
   */
  runsAs: z.enum(['own', 'stepsDown', 'root']),
  /** What somebody does once it runs. */
  firstSteps: words,
  /** What has to be known before. */
  notes: z.array(words).max(8),
  questions: z.array(question).min(1).max(QUESTIONS_MAX),
  workloads: z.array(template).min(1).max(WORKLOADS_MAX),
})
export type Entry = z.infer<typeof entry>

/** Throws a ZodError with the paths of what is wrong. */
export function parseEntry(value: unknown): Entry {
  return entry.superRefine(placesAreAsked).parse(value)
}

/** Every place has its question, every question a place, and secrets stand among the secrets alone. */
function placesAreAsked(it: Entry, context: z.RefinementCtx): void {
  const object = (message: string) => context.addIssue({ code: 'custom', message })
  const secrets = new Set(it.questions.flatMap(({ key, kind }) => (kind === 'secret' ? [key] : [])))
  const open = new Set(it.questions.flatMap(({ key, kind }) => (kind === 'secret' ? [] : [key])))
  if (secrets.size + open.size !== it.questions.length) object('Two questions have one key.')
  const places = new Set(JSON.stringify(it.workloads).match(/\$\{[^}]*\}/g) ?? [])
  for (const place of places) {
    if (!open.has(place.slice(2, -1))) object(`No question is asked for ${place}.`)
  }
  for (const key of open) {
    if (!places.has(`\${${key}}`)) object(`What is answered to ${key} goes nowhere.`)
  }
  const used = new Set(it.workloads.flatMap(({ secrets = [] }) => secrets.map(({ of }) => of)))
  for (const key of used) if (!secrets.has(key)) object(`No secret is called ${key}.`)
  for (const key of secrets) if (!used.has(key)) object(`The secret ${key} is handed to nobody.`)
}
