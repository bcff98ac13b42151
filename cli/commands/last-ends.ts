/** Copies that ended and run again, or are to: how that was, and what each wrote last. */
import { stripVTControlCharacters } from 'node:util'
import type { Context } from '../context.ts'
import { LAST_WORDS_COPIES_MAX, LAST_WORDS_LETTERS_MAX, LAST_WORDS_LINES } from '../limits.ts'
import type { Outputs } from '../node-client.ts'
import { lastEndText } from '../text/last-end.ts'
import { nextStart } from '../text/next-start.ts'

type Node = Awaited<ReturnType<Context['node']>>
type Instance = Outputs['workloads']['get']['instances'][number]

/** A line for each copy that ended or waits; of the first few, below it, what they wrote before. */
export async function lastEnds(
  node: Node,
  { name, instances }: Pick<Outputs['workloads']['get'], 'name' | 'instances'>,
): Promise<string[]> {
  const nowMs = Date.now()
  const told = instances.flatMap((each) => {
    const { restarts } = each
    const ended = lastEndText(each, nowMs)
    const text = `${ended} ${nextStart(each, nowMs)}`.trim()
    const count = ended && restarts > 0 ? ` (started again ${times(restarts)})` : ''
    return text === '' ? [] : [{ each, line: `! ${each.id} on ${each.nodeName}${count}: ${text}` }]
  })
  let room = LAST_WORDS_COPIES_MAX
  const blocks: string[] = []
  for (const { each, line } of told) {
    blocks.push(line)
    if (!each.lastEnd || each.lost || each.unassigned || room === 0) continue
    room--
    blocks.push(...(await lastWords(node, name, each)))
  }
  const hasEnded = told.some(({ each }) => each.lastEnd)
  return [...blocks, ...(hasEnded ? [`  More of what it wrote: mycelium logs ${name}`] : [])]
}

/** Nothing where nobody in reach has its log: what is asked for is the reason, and that is known. */
async function lastWords(node: Node, name: string, { id, status }: Instance): Promise<string[]> {
  const lines: string[] = []
  try {
    // What it has written since it runs again is not about its end.
    const previous = status === 'Running'
    const asked = { name, instance: id, tail: LAST_WORDS_LINES, follow: false, previous }
    for await (const { line, stream } of await node.call.workloads.logs(asked)) {
      if (stream !== 'note') lines.push(`    ${plain(line)}`)
    }
  } catch {
    return ['    What it wrote cannot be read now.']
  }
  return lines.slice(-LAST_WORDS_LINES)
}

/** No colours or other orders to the terminal, and not more than is read at a glance. */
function plain(line: string): string {
  const text = stripVTControlCharacters(line).replace(/[^\P{Cc}\t]/gu, '')
  return text.length > LAST_WORDS_LETTERS_MAX ? `${text.slice(0, LAST_WORDS_LETTERS_MAX)}…` : text
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
