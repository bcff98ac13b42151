/**
 * Runs inside an instance's network, in a container of its own (docs/adr/0034): opens the ports of the
 * workloads that the instance uses, and of hosts outside, at addresses of its loopback, and takes what comes there through the
 * instance's door. It imports nothing but Node, since it is mounted alone. `forwarder.ts SOCKET`, with
 * the token in `MYCELIUM_TOKEN`.
 */
import { request } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'

/** As the door tells it. Milliseconds between attempts to hear it. */
const AGAIN_MS = 500
/** A connection that finds no endpoint waits for one: a used workload may be changing over. */
const CONNECT_ATTEMPTS = 20
const CONNECT_AGAIN_MS = 250

interface Lead {
  as: string
  address: string
  ports: number[]
  outside?: true
}

const [socketPath = ''] = process.argv.slice(2)
const token = process.env.MYCELIUM_TOKEN ?? ''
/** Ports at which the instance itself listens are led here instead, by `address:port`. */
const diverted: Record<string, number> = JSON.parse(process.env.MYCELIUM_DIVERTED ?? '{}')
const listening = new Map<string, Server>()

function follow(leads: readonly Lead[]): void {
  const wanted = new Map<string, { as: string; address: string; port: number; attempts: number }>()
  for (const { as, address, ports, outside } of leads) {
    const attempts = outside ? 1 : CONNECT_ATTEMPTS
    for (const port of ports)
      wanted.set(`${as} ${address} ${port}`, { as, address, port, attempts })
  }
  for (const [key, server] of listening) {
    if (wanted.has(key)) continue
    server.close()
    listening.delete(key)
  }
  for (const [key, { as, address, port, attempts }] of wanted) {
    if (listening.has(key)) continue
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
      client.on('error', () => client.destroy())
      connect(client, `${as}:${port}`, attempts)
    })
    server.on('error', (error) => say(`${as}:${port} is not open: ${error.message}`))
    const instead = diverted[`${address}:${port}`]
    if (instead === undefined) server.listen(port, address)
    else server.listen(instead, '127.0.0.1')
    listening.set(key, server)
  }
}

function connect(client: Socket, target: string, attempts: number): void {
  if (client.destroyed) return
  const headers = { 'proxy-authorization': `Bearer ${token}` }
  const asked = request({ socketPath, method: 'CONNECT', path: target, headers, agent: false })
  const again = (why: string): void => {
    if (attempts > 1) setTimeout(connect, CONNECT_AGAIN_MS, client, target, attempts - 1)
    else {
      say(`${target}: ${why}`)
      client.resetAndDestroy()
    }
  }
  asked.on('error', (error) => again(error.message))
  asked.on('connect', (response, there, head) => {
    if (response.statusCode !== 200) {
      there.destroy()
      return again(`${response.statusCode}`)
    }
    if (head.length > 0) client.write(head)
    const cut = (): void => {
      client.destroy()
      there.destroy()
    }
    there.on('error', cut)
    client.on('error', cut)
    client.pipe(there)
    there.pipe(client)
    there.on('close', () => client.destroySoon())
    client.on('close', () => there.destroy())
  })
  asked.end()
}

/** What the names lead to, for as long as the door tells; then again. */
function listen(): void {
  const headers = { authorization: `Bearer ${token}` }
  const again = (): void => void setTimeout(listen, AGAIN_MS)
  const asked = request({ socketPath, path: '/api/self/uses', headers, agent: false }, (answer) => {
    let text = ''
    answer.setEncoding('utf8')
    answer.on('data', (chunk: string) => {
      text += chunk
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        take(text.slice(0, end))
        text = text.slice(end + 2)
      }
    })
    answer.on('close', again)
  })
  asked.on('error', again)
  asked.end()
}

/** One event of the stream (text/event-stream). */
function take(event: string): void {
  const data = /^data: (.*)$/m.exec(event)?.[1]
  if (!/^event: message$/m.test(event) || data === undefined) return
  follow(JSON.parse(data))
  if (ready) return
  ready = true
  say('ready')
}

let ready = false
const say = (line: string): boolean => process.stdout.write(`${line}\n`)
process.on('SIGTERM', () => process.exit(0))
listen()
