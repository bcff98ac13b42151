#!/usr/bin/env node
/**
 * The sample service: one file, no dependencies. The runner puts the node's own runtime first on the
 * PATH, so the first line finds it. It answers on PORT, on loopback, and says which copy answered.
 */
import { createServer } from 'node:http'

const {
  PORT,
  HOST = '127.0.0.1',
  GREETING = 'Hello',
  MYCELIUM_INSTANCE = 'no instance',
} = process.env
const startedAt = new Date().toISOString()
let answered = 0

const server = createServer((request, response) => {
  if (request.url === '/health') {
    response.writeHead(200, { 'content-type': 'application/json' })
    return response.end(JSON.stringify({ status: 'ok' }))
  }
  if (request.url !== '/') {
    response.writeHead(404, { 'content-type': 'text/plain' })
    return response.end('Nothing here.\n')
  }
  answered++
  console.log(`${request.method} ${request.url} (${answered})`)
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(
    `${JSON.stringify({ greeting: GREETING, instance: MYCELIUM_INSTANCE, startedAt, answered })}\n`,
  )
})

server.listen(Number(PORT ?? 8080), HOST, () => {
  console.log(`${MYCELIUM_INSTANCE} listens on ${HOST}:${server.address().port}`)
})
process.on('SIGTERM', () => server.close(() => process.exit(0)))
