/** Requests through the edges of all nodes, each of which has to be answered whole. */
import { Agent, request } from 'node:http'

export interface Answer {
  askedMs: number
  doneMs: number
  /** Of the copy that gave it. */
  slot: number
  added?: number
}

export interface Traffic {
  /** What is asked, once the edge's address and the workload's name stand before it. */
  path: string
  /** So many a second, whether those before were answered or not. */
  perSecond?: number
  /** So many clients, each of whom asks again as soon as it was answered. */
  clients?: number
}

export interface Asking {
  readonly answers: readonly Answer[]
  readonly failures: readonly string[]
  stop(): Promise<void>
}

const PATIENCE_MS = 30_000

/** @param addresses Of the workload at each edge: they are asked in turns. */
export function startTraffic(addresses: readonly string[], traffic: Traffic): Asking {
  const { path, perSecond, clients = 0 } = traffic
  // As browsers do: connections are used again.
  const agent = new Agent({ keepAlive: true })
  const answers: Answer[] = []
  const failures: string[] = []
  const open = new Set<Promise<void>>()
  let turn = 0
  let isOver = false

  function ask(): Promise<void> {
    const address = addresses[turn++ % addresses.length] ?? ''
    const askedMs = Date.now()
    return askOnce(agent, `${address}${path}`).then(
      (answer) => void answers.push({ ...answer, askedMs, doneMs: Date.now() }),
      (error: Error) => {
        const took = `${new Date().toISOString()} after ${Date.now() - askedMs} ms`
        failures.push(`${took}: ${path}: ${error.message}`)
      },
    )
  }

  async function askOnAndOn(): Promise<void> {
    while (!isOver) await ask()
  }

  function askOneMore(): void {
    const one = ask()
    open.add(one)
    void one.finally(() => open.delete(one))
  }

  for (let client = 0; client < clients; client++) open.add(askOnAndOn())
  const timer = perSecond && setInterval(askOneMore, 1_000 / perSecond)
  return {
    answers,
    failures,
    async stop() {
      isOver = true
      if (timer) clearInterval(timer)
      await Promise.all(open)
      agent.destroy()
    },
  }
}

function askOnce(agent: Agent, url: string): Promise<Pick<Answer, 'slot' | 'added'>> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part) => {
        text += part
      })
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode } = response
        try {
          if (statusCode !== 200) throw new Error(`${statusCode} ${text.slice(0, 200)}`)
          resolve(JSON.parse(text))
        } catch (error) {
          reject(error)
        }
      })
    })
    asked.setTimeout(PATIENCE_MS, () => asked.destroy(new Error('no answer')))
    asked.on('error', reject)
    asked.end()
  })
}
