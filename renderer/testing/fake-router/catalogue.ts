/** The catalogue that ships, filled in as a node would: without its judgement of most answers. */
import { ORPCError } from '@orpc/server'
import { z } from 'zod'
import { ENTRIES as SHIPPED } from '../../../assets/catalogue/index.ts'
import {
  type CatalogueEntry,
  contract,
  deployInput,
} from '../../../node-core/api/contract/index.ts'
import { os } from './fake.ts'

type Answers = Record<string, string | number | boolean>

export function catalogueOf() {
  return {
    catalogue: {
      list: os.catalogue.list.handler(() => ({ entries: ENTRIES })),
      show: os.catalogue.show.handler(({ input }) => findEntry(input.name)),
      fill: os.catalogue.fill.handler(({ input }) => fillEntry(input)),
    },
  }
}

const view = contract.catalogue.show['~orpc'].outputSchema
const templates = z.object({
  workloads: z.array(
    z.looseObject({
      secrets: z.array(z.looseObject({ name: z.string(), of: z.string() })).optional(),
    }),
  ),
})

const shipped = SHIPPED.map((value) => {
  if (!view) throw new Error('The contract does not say what an entry is.')
  return { entry: view.parse(value), workloads: templates.parse(value).workloads }
})

const ENTRIES: CatalogueEntry[] = shipped
  .map(({ entry }) => entry)
  .sort((a, b) => (a.title < b.title ? -1 : 1))

function find(name: string) {
  const found = shipped.find(({ entry }) => entry.name === name)
  if (!found) throw new ORPCError('NOT_FOUND', { message: `Nothing is called ${name}.` })
  return found
}

const findEntry = (name: string): CatalogueEntry => find(name).entry

let made = 0

function fillEntry(input: { name: string; answers?: Answers | undefined }) {
  const { entry, workloads } = find(input.name)
  const answers: Answers = {}
  for (const question of entry.questions) {
    made += 1
    const initial = question.kind === 'secret' ? `made-in-a-test-${made}` : question.default
    answers[question.key] = input.answers?.[question.key] ?? initial
  }
  if (!/^[a-z0-9-]+$/.test(String(answers.name))) {
    const message =
      'Lower case letters, digits and dashes between them, at most 48: its parts have it with a word more.'
    const data = [{ path: 'answers.name', message }]
    throw new ORPCError('VALIDATION_ERROR', { message, data })
  }
  const secrets: { name: string; value: string }[] = []
  const bodies = workloads.map(({ secrets: handed, ...rest }) => {
    const uses = handed?.map(({ of, ...use }) => {
      const name = placed(use.name, answers)
      secrets.push({ name: String(name), value: String(answers[of]) })
      return { ...use, name }
    })
    const body = Object.entries(rest).map(([key, value]) => [key, placed(value, answers)])
    return deployInput.parse({ ...Object.fromEntries(body), ...(uses && { secrets: uses }) })
  })
  return { answers, workloads: bodies, secrets }
}

function placed(value: unknown, answers: Answers, isText = false): unknown {
  if (typeof value === 'string') {
    const whole = /^\$\{(\w+)\}$/.exec(value)?.[1]
    const answer = whole === undefined ? undefined : answers[whole]
    if (answer !== undefined) return isText ? String(answer) : answer
    return value.replace(/\$\{(\w+)\}/g, (_, key: string) => String(answers[key]))
  }
  if (Array.isArray(value)) return value.map((each) => placed(each, answers))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      placed(each, answers, isText || key === 'env'),
    ]),
  )
}
