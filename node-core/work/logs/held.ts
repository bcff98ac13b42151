/** Which logs this node holds, its own and copies of others', and who else holds some. */
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import { instanceOfCopy } from './copy-keys.ts'
import {
  LOG_ASKED_MAX,
  LOG_FRAME_BYTES_MAX,
  LOG_LIST_MAX,
  LOG_LIST_MS,
  LOG_QUESTION_BYTES_MAX,
} from './limits.ts'
import {
  type HeldLog,
  type ListQuestion,
  listBytes,
  listQuestionBytes,
  parseList,
  parseListQuestion,
} from './messages.ts'
import type { LogStore } from './store.ts'

/** A log, and the node that has it. */
export interface FoundLog extends HeldLog {
  holder: NodeId
}

export interface HeldLogs {
  /** Of everybody in reach. */
  find(asked: ListQuestion): Promise<FoundLog[]>
  /** Answers others; returns what ends that. */
  serve(): () => void
}

export interface HeldLogsDeps {
  net: Pick<Net, 'self' | 'request' | 'onRequest'>
  store: LogStore
  copies: LogStore
  /** Others that are here now. */
  live: () => readonly NodeId[]
  mayUse: (peer: NodeId) => boolean
  logger: Logger
}

export function createHeldLogs(deps: HeldLogsDeps): HeldLogs {
  const { net, logger } = deps

  async function own(asked: ListQuestion): Promise<HeldLog[]> {
    const [mine, others] = [deps.store, deps.copies]
    return [...(await listed(mine, false, asked)), ...(await listed(others, true, asked))]
  }

  async function ask(node: NodeId, asked: ListQuestion): Promise<FoundLog[]> {
    try {
      const options = { timeoutMs: LOG_LIST_MS, answerBytesMax: LOG_FRAME_BYTES_MAX }
      const answer = await net.request(node, 'log-list/1', listQuestionBytes(asked), options)
      // A log is where its instance ran: of another's instance nobody has more than a copy.
      return parseList(answer)
        .filter((one) => fits(one, asked) && (one.copy || one.node === node))
        .map((one) => ({ ...one, holder: node }))
    } catch (error) {
      logger.debug('A node did not say which logs it holds', { node, reason: messageOf(error) })
      return []
    }
  }

  return {
    async find(asked) {
      const others = deps.live().slice(0, LOG_ASKED_MAX)
      const theirs = await Promise.all(others.map((node) => ask(node, asked)))
      return [...(await own(asked)).map((one) => ({ ...one, holder: net.self })), ...theirs.flat()]
    },
    serve: () =>
      net.onRequest(
        'log-list/1',
        async (body, peer) => {
          const asked = parseListQuestion(body)
          return listBytes(deps.mayUse(peer) ? await own(asked) : [])
        },
        { requestBytesMax: LOG_QUESTION_BYTES_MAX },
      ),
  }
}

/** What is still written first, then the latest. */
async function listed(store: LogStore, copy: boolean, asked: ListQuestion): Promise<HeldLog[]> {
  const nameOf = (id: string): string => (copy ? instanceOfCopy(id) : id)
  const found = store.list().filter(({ id, workload }) => {
    return fits({ instance: nameOf(id), workload }, asked)
  })
  found.sort((a, b) => ((a.until ?? '~') < (b.until ?? '~') ? 1 : -1))
  return Promise.all(
    found.slice(0, LOG_LIST_MAX).map(async ({ id, generation: _, ...facts }) => {
      const lines = copy ? (await store.endOf(id))?.lines : undefined
      return {
        ...{ ...facts, instance: nameOf(id), lastAt: await store.lastAt(id), copy },
        ...(lines !== undefined && { lines }),
      }
    }),
  )
}

function fits(
  one: Pick<HeldLog, 'instance' | 'workload'>,
  { workload, instance }: ListQuestion,
): boolean {
  if (workload !== undefined && one.workload !== workload) return false
  return instance === undefined || one.instance === instance
}
