/**
 * What is scaled: a service whose requests cost what they are told to. It ends as a service ought to: it
 * takes nothing new once it is asked to end, and finishes what it has. Every answer says which copy gave it.
 */
import { randomUUID } from 'node:crypto'
import { createServer, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

const {
  MYCELIUM_API = '',
  MYCELIUM_TOKEN = '',
  MYCELIUM_SLOT = '',
  WORK_MS,
  PORT = '80',
} = process.env
/** Between two parts of a slow answer, and two looks into an empty queue. */
const PART_MS = 100
let isLeaving = false

const WAYS = {
  '/': async () => {},
  '/burn': async ({ ms }) => burn(ms),
  '/narrow': ({ ms }) => oneAtATime(() => pause(ms)),
  '/slow': trickle,
  '/fill': async ({ upTo }) => ({ added: await fill(upTo) }),
}

const server = createServer(async (asked, response) => {
  const { pathname, searchParams } = new URL(asked.url ?? '/', 'http://self')
  const way = WAYS[pathname.slice(pathname.lastIndexOf('/'))]
  if (!way) return response.writeHead(404).end()
  try {
    const numbers = Object.fromEntries(
      [...searchParams].map(([name, text]) => [name, Number(text)]),
    )
    const more = await way(numbers, response)
    response.end(JSON.stringify({ slot: Number(MYCELIUM_SLOT), ...more }))
  } catch (error) {
    response.headersSent ? response.destroy() : response.writeHead(500).end(String(error))
  }
})
server.listen(Number(PORT))

/** So long of the processor itself, however busy the computer is. */
function burn(ms) {
  const before = process.cpuUsage()
  for (;;) {
    const { user, system } = process.cpuUsage(before)
    if (user + system >= ms * 1_000) return
  }
}

/** As behind the one connection to a database: who comes meanwhile waits. */
let last = Promise.resolve()
function oneAtATime(work) {
  last = last.then(work)
  return last
}

/** Begins at once, and goes on for so long. */
async function trickle({ ms }, response) {
  const endMs = performance.now() + ms
  while (performance.now() < endMs) {
    response.write(' ')
    await pause(PART_MS)
  }
}

const QUEUE = 'queue'
const DONE = 'done'

/** Puts so much into the queue that it holds as many, and tells how much that was. */
async function fill(upTo) {
  return change(QUEUE, (length) => Math.max(length, upTo))
}

/** What is taken is done before this copy ends, so nothing is lost and nothing done twice. */
async function work() {
  while (!isLeaving) {
    const taken = await change(QUEUE, (length) => Math.max(0, length - 1))
    if (taken === 0) {
      await pause(PART_MS)
      continue
    }
    await pause(Number(WORK_MS))
    await change(DONE, (done) => done + 1)
  }
}

/** The door may give no answer for a moment: once more then. Tells by how much it changed. */
async function change(what, next) {
  const mark = randomUUID()
  for (;;) {
    try {
      return await changeNow(what, next, mark)
    } catch (error) {
      console.error(error.message)
      await pause(PART_MS)
    }
  }
}

let own
/** Compare and set, until it was this copy's turn. What nobody was told of may stand: its mark says so. */
async function changeNow(what, next, mark) {
  own ??= await ask('GET', '/api/self')
  const [key, marked] = [`${own.workload}/${what}`, `${own.workload}/marks/${mark}`]
  for (;;) {
    const made = await ask('GET', `/api/kv/${marked}`)
    if (made) return numberIn(made)
    const entry = await ask('GET', `/api/kv/${key}`)
    const before = entry ? numberIn(entry) : 0
    const after = next(before)
    if (after === before) return 0
    const compare = [
      { target: 'modRevision', key, is: '=', than: entry?.modRevision ?? 0 },
      { target: 'modRevision', key: marked, is: '=', than: 0 },
    ]
    const success = [
      { op: 'put', key, value: base64(after) },
      { op: 'put', key: marked, value: base64(after - before) },
    ]
    const { succeeded } = await ask('POST', '/api/transactions', { compare, success })
    if (succeeded) return after - before
  }
}

const base64 = (number) => Buffer.from(String(number)).toString('base64')
const numberIn = ({ value }) => Number(Buffer.from(value, 'base64').toString())

/** Undefined where nothing is there. */
function ask(method, path, body) {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        ...{ socketPath: MYCELIUM_API.slice('unix://'.length), method, path },
        headers: { authorization: `Bearer ${MYCELIUM_TOKEN}`, 'content-type': 'application/json' },
      },
      async (response) => {
        const text = (await response.toArray()).join('')
        if (response.statusCode === 404) resolve(undefined)
        else if (response.statusCode < 400) resolve(JSON.parse(text))
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`))
      },
    )
    asked.on('error', reject)
    asked.end(body && JSON.stringify(body))
  })
}

const working = WORK_MS === undefined ? undefined : work()

process.on('SIGTERM', async () => {
  isLeaving = true
  // What is kept open and asks nothing is closed, what is under way is not.
  const closed = new Promise((resolve) => server.close(resolve))
  await Promise.all([closed, working])
  process.exit(0)
})
