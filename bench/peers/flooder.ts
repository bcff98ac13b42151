/**
 * Opens raw TCP connections to a port on loopback at an even pace, from as many addresses as it is
 * told: a third stay silent, a third send noise, a third begin as a real peer does and stop.
 * `flooder.ts PORT PER_SECOND SECONDS ADDRESSES` prints what became of them.
 */
import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

const [port = 0, perSecond = 0, seconds = 0, addresses = 1] = process.argv.slice(2).map(Number)

/** Held open here at once; the oldest is given up. */
const OPEN_MAX = 4_000
const TICK_MS = 10
/** Closed within this time of being opened, by the other side. */
const ON_SIGHT_MS = 200
const MULTISTREAM = Buffer.from('\x13/multistream/1.0.0\n')
const NOISE = randomBytes(256)

const open = new Set<Socket>()
const count = { opened: 0, refused: 0, failed: 0 }

const startedMs = performance.now()
let begun = 0
while (begun < perSecond * seconds) {
  const due = Math.floor(((performance.now() - startedMs) / 1_000) * perSecond)
  for (; begun < Math.min(due, perSecond * seconds); begun++) knock(begun)
  await wait(TICK_MS)
}
await wait(ON_SIGHT_MS)
console.log(JSON.stringify(count))
for (const socket of open) socket.resetAndDestroy()

function knock(turn: number): void {
  const place = turn % addresses
  // 127.0.0.1 for one address; 127.7.0.1, 127.7.0.2, … for many.
  const localAddress = addresses === 1 ? '127.0.0.1' : `127.7.${place >> 8}.${(place & 255) + 1}`
  const socket = connect({ host: '127.0.0.1', port, localAddress })
  let openedAtMs: number | undefined
  open.add(socket)
  socket.once('connect', () => {
    openedAtMs = performance.now()
    count.opened += 1
    if (turn % 3 === 1) socket.write(NOISE)
    if (turn % 3 === 2) socket.write(MULTISTREAM)
  })
  socket.on('error', () => {
    if (openedAtMs === undefined) count.failed += 1
  })
  // Reset, so that no port is kept back after it was closed.
  socket.once('end', () => socket.resetAndDestroy())
  socket.once('close', () => {
    const wasOpenMs = performance.now() - (openedAtMs ?? Number.NEGATIVE_INFINITY)
    if (open.delete(socket) && wasOpenMs < ON_SIGHT_MS) count.refused += 1
  })
  socket.resume()
  const [oldest] = open
  if (open.size > OPEN_MAX && oldest) {
    open.delete(oldest)
    oldest.resetAndDestroy()
  }
}
