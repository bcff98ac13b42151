/** What there is to run that many people want, and what is asked of whoever wants it. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit-codes.ts'
import type { NodeClient, Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { keyValues } from '../text/parse.ts'
import { table } from '../text/table.ts'

export type Entry = Outputs['catalogue']['show']
type Question = Entry['questions'][number]
export type Filled = Outputs['catalogue']['fill']

export function catalogueCommands(program: Command, act: Act): void {
  const group = program
    .command('catalogue')
    .summary('software that many want, ready to deploy')
    .addHelpText(
      'after',
      '\nExamples:\n  mycelium catalogue list\n  mycelium catalogue show wordpress\n' +
        '  mycelium deploy --from wordpress --set name=blog --set siteSize=10Gi --wait',
    )
  group.command('list').summary('what there is').action(act(list))
  group
    .command('show')
    .summary('one of it, and what may be set')
    .argument('<name>', 'as the list has it')
    .action(act(show))
}

async function list(context: Context): Promise<void> {
  const node = await context.node()
  const answer = await node.call.catalogue.list()
  context.answer(answer, () => {
    const rows = answer.entries.map(({ name, title, summary }) => [name, title, summary])
    return table(['NAME', 'TITLE', 'WHAT IT IS'], rows)
  })
}

async function show(context: Context, [name = '']: string[]): Promise<void> {
  const node = await context.node()
  const entry = await node.call.catalogue.show({ name })
  context.answer(entry, () => entryText(entry))
}

const RUNS_AS = {
  own: 'Runs as a user of its own, without any right of root.',
  stepsDown: 'Begins as root of its container, and becomes a user of its own.',
  root: 'Stays root of its container, with the few rights that containers have here.',
} as const

function entryText(entry: Entry): string {
  const rows = entry.questions.map((question) => [
    question.key,
    formOf(question),
    question.kind === 'secret' ? 'made by chance' : shortened(String(question.default)),
    [question.label, question.help].filter(Boolean).join('. '),
  ])
  return [
    `${entry.title} (${entry.licence}, ${entry.homePage})`,
    entry.about,
    '',
    table(['SET', 'FORM', 'UNLESS SET', 'WHAT'], rows),
    '',
    ...[RUNS_AS[entry.runsAs], ...entry.notes].map((note) => `- ${note}`),
    '',
    `Then: ${entry.firstSteps}`,
    `About the image: ${entry.imagePage}`,
  ].join('\n')
}

function formOf(question: Question): string {
  switch (question.kind) {
    case 'number':
    case 'size':
      return `${question.min} to ${question.max}`
    case 'yes':
      return 'true or false'
    case 'choice':
      return question.options.map(({ value }) => value).join(', ')
    case 'lines':
    case 'name':
    case 'image':
    case 'text':
    case 'secret':
      return 'text'
  }
}

function shortened(text: string): string {
  const [first = '', ...more] = text.split('\n')
  return more.length === 0 ? first : `${first} …`
}

/** The manifests and secrets of an entry with what `--set` says. */
export async function fillIn(
  node: NodeClient,
  from: string,
  flags: { set?: string[]; name?: string },
): Promise<{ entry: Entry; filled: Filled }> {
  const entry = await node.call.catalogue.show({ name: from })
  const given = Object.entries(keyValues('--set', flags.set ?? []))
  if (flags.name !== undefined) given.push(['name', flags.name])
  const answers = given.map(([key, text]) => {
    const question = entry.questions.find((each) => each.key === key)
    if (question) return [key, answerOf(question, text)] as const
    const known = entry.questions.map((each) => each.key).join(', ')
    throw wrongUsage(`--set: ${entry.title} has no “${key}”. There are ${known}.`)
  })
  const filled = await node.call.catalogue.fill({
    name: from,
    answers: Object.fromEntries(answers),
  })
  return { entry, filled }
}

/** What is not of the right form goes as it is: the node says what is wrong with it. */
function answerOf({ kind }: Question, text: string): string | number | boolean {
  if (kind === 'number' && /^-?\d+$/.test(text)) return Number(text)
  if (kind === 'yes' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
