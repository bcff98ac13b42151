#!/usr/bin/env node
/**
 * Copies of a service that need one of them to lead: they elect a leader by a lock, and the leader
 * counts. One file, no dependencies; docs/SERVICES.md explains it. Nothing is counted twice or lost,
 * whoever dies: each count is a transaction that holds only while the lock is this copy's.
 */
import { randomUUID } from 'node:crypto'
import { createServer, request } from 'node:http'
import { uptime } from 'node:os'

const { MYCELIUM_API = '', MYCELIUM_TOKEN = '', HOST = '0.0.0.0', PORT = '8080' } = process.env
const TTL_SECONDS = 4
const COUNT_MS = 100

/** Suspend included, which `performance.now()` leaves out. */
const nowMs = () => uptime() * 1_000

function ask(method, path, body) {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        socketPath: MYCELIUM_API.slice('unix://'.length),
        ...{ method, path, timeout: 20_000 },
        headers: {
          authorization: `Bearer ${MYCELIUM_TOKEN}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
      },
      (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => {
          const answer = text === '' ? {} : JSON.parse(text)
          if (response.statusCode < 400) resolve(answer)
          else
            reject(Object.assign(new Error(answer.error), { status: response.statusCode, answer }))
        })
      },
    )
    asked.on('timeout', () => asked.destroy(new Error('The node did not answer in time.')))
    asked.on('error', reject)
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

const base64 = (text) => Buffer.from(text).toString('base64')
const textOf = (entry) => Buffer.from(entry.value, 'base64').toString()
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

const state = { leading: false, token: 0, count: 0, answeredMs: 0, trouble: '' }

/** The lease ends unless it is renewed, and the lock goes with it: that is what a death comes to. */
async function lead(self) {
  const lease = `${self.workload}/${self.instance}-${randomUUID()}`
  let keptMs = nowMs()
  await ask('POST', '/api/leases', { lease, ttlSeconds: TTL_SECONDS })
  const isGood = () => nowMs() < keptMs + TTL_SECONDS * 1_000
  const renewing = setInterval(async () => {
    // It counts from when this was sent: the answer may have been long under way.
    const sentMs = nowMs()
    await ask('PUT', `/api/leases/${lease}`).then(
      () => {
        keptMs = sentMs
        state.answeredMs = Date.now()
      },
      (error) => {
        state.trouble = error.message
      },
    )
  }, 1_000)
  try {
    const lock = `${self.workload}/leader`
    while (isGood()) {
      const asked = { lease, waitSeconds: 10 }
      const { held, token } = await ask('PUT', `/api/locks/${lock}`, asked)
      if (!held) continue
      Object.assign(state, { leading: true, token })
      while (isGood()) {
        await count(self, lock, lease)
        await pause(COUNT_MS)
      }
    }
  } finally {
    state.leading = false
    clearInterval(renewing)
    // Others need not wait for its end. Without an answer it ends by itself.
    await ask('DELETE', `/api/leases/${lease}`).catch(() => {})
  }
}

/** Compare and set, and in the same transaction who did it: `count/<n>` is written once for each n. */
async function count({ workload, instance }, lock, lease) {
  const key = `${workload}/count`
  const entry = await ask('GET', `/api/kv/${key}`).catch((error) => {
    if (error.status !== 404) throw error
  })
  const next = entry ? Number(textOf(entry)) + 1 : 1
  const { succeeded } = await ask('POST', '/api/transactions', {
    compare: [
      { target: 'lock', key: lock, lease },
      { target: 'modRevision', key, is: '=', than: entry?.modRevision ?? 0 },
    ],
    success: [
      { op: 'put', key, value: base64(String(next)) },
      { op: 'put', key: `${key}/${String(next).padStart(6, '0')}`, value: base64(instance) },
    ],
  })
  if (!succeeded) throw new Error('Somebody else leads by now.')
  state.count = next
}

createServer((asked, response) => {
  if (asked.url === '/health') return response.end('ok')
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ ...state, ...own }))
}).listen(Number(PORT), HOST)
process.on('SIGTERM', () => process.exit(0))

let own = {}
for (;;) {
  try {
    own = await ask('GET', '/api/self')
    await lead(own)
  } catch (error) {
    // Without a majority, or when somebody else leads: once more, from the beginning.
    state.trouble = error.message
    console.log(error.message)
  }
  await pause(500)
}
