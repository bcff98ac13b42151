/** Steady requests through an edge, each of which has to be answered as a visitor expects. */
import { request } from 'node:http'

export interface Answer {
  status: number
  body: string
}

/** By host name, as a browser names it; asked once, never again. */
export function ask(
  edge: string,
  host: string,
  path: string,
  form?: Record<string, string>,
): Promise<Answer> {
  const body = form && new URLSearchParams(form).toString()
  const type = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
  return new Promise((resolve, reject) => {
    const asked = request(
      `${edge}${path}`,
      { method: body === undefined ? 'GET' : 'POST', headers: { host, ...type }, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
        response.on('error', reject)
      },
    )
    // What is filled in once, as to install it, may take a while on a busy machine.
    const patienceMs = body === undefined ? 30_000 : 120_000
    asked.setTimeout(patienceMs, () => asked.destroy(new Error(`no answer in ${patienceMs} ms`)))
    asked.on('error', reject)
    asked.end(body)
  })
}

export interface Traffic {
  /** Requests so far, and what was wrong with those that failed. */
  readonly count: number
  readonly failures: readonly string[]
  readonly slowestMs: number
  stop(): Promise<void>
}

/** When it ended, and how long it took. */
function moment(from: number): string {
  return `${new Date().toISOString()} after ${Math.round(performance.now() - from)} ms:`
}

/** What a person reads of a page. */
export function textOf(page: string): string {
  return page
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

/** One request every `periodMs`, whether those before have been answered or not. */
export function startTraffic(
  periodMs: number,
  visit: () => Promise<Answer>,
  expected: RegExp,
): Traffic {
  const open = new Set<Promise<void>>()
  const failures: string[] = []
  let count = 0
  let slowestMs = 0
  const timer = setInterval(() => {
    count++
    const from = performance.now()
    const one = visit().then(
      ({ status, body }) => {
        slowestMs = Math.max(slowestMs, performance.now() - from)
        if (status === 200 && expected.test(body)) return
        failures.push(`${moment(from)} ${status} ${textOf(body).slice(0, 200)}`)
      },
      (error: Error) => {
        failures.push(`${moment(from)} ${error.message}`)
      },
    )
    open.add(one)
    void one.finally(() => open.delete(one))
  }, periodMs)
  return {
    get count() {
      return count
    },
    get failures() {
      return failures
    },
    get slowestMs() {
      return slowestMs
    },
    async stop() {
      clearInterval(timer)
      await Promise.all(open)
    },
  }
}
