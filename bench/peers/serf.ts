/** serf agents on loopback addresses of their own, watched through what they log. */
import { type ChildProcess, execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Agents } from '../agents.ts'
import { end, firstLine, onLine, start } from '../processes.ts'

const run = promisify(execFile)

/** Starts `count` agents that join the first; the default profile, for local networks. */
export async function startSerf(count: number): Promise<Agents> {
  const address = (i: number): string => `127.0.0.${i + 10}`
  const rpc = (i: number): string => `${address(i)}:7373`
  const knows = Array.from({ length: count }, () => new Set<number>())
  const heard = new Map<string, Map<number, number>>()
  const note = (what: string, by: number, atMs: number): void => {
    const times = heard.get(what) ?? new Map<number, number>()
    if (!times.has(by)) heard.set(what, times.set(by, atMs))
  }
  let knewAllAtMs = 0
  const take = (by: number, line: string, atMs: number): void => {
    const joined = /EventMemberJoin: a(\d+) /.exec(line)
    if (joined) {
      knows[by]?.add(Number(joined[1]))
      if (knows.every((set) => set.size === count)) knewAllAtMs ||= atMs
    }
    const failed = /EventMemberFailed: a(\d+) /.exec(line)
    if (failed) note(`death ${failed[1]}`, by, atMs)
    const event = /Received event: user-event: (\S+)/.exec(line)
    if (event) note(`event ${event[1]}`, by, atMs)
  }
  const children: ChildProcess[] = []
  const ready: Promise<{ atMs: number }>[] = []
  for (let i = 0; i < count; i++) {
    const where = [`-node=a${i}`, `-bind=${address(i)}:7946`, `-rpc-addr=${rpc(i)}`]
    const join = i === 0 ? [] : [`-retry-join=${address(0)}:7946`, '-retry-interval=1s']
    const child = start(['serf', 'agent', ...where, '-log-level=info', ...join])
    children.push(child)
    onLine(child, (line, atMs) => take(i, line, atMs))
    ready.push(firstLine(child, /Serf agent running!/))
  }
  const readyAtMs = Math.max(...(await Promise.all(ready)).map(({ atMs }) => atMs))
  return {
    count,
    readyAtMs,
    knewAllAtMs: () => knewAllAtMs,
    async tell(by, text) {
      const startedMs = performance.now()
      await run('serf', ['event', `-rpc-addr=${rpc(by)}`, '-coalesce=false', text])
      // Its own agent's sighting, so that starting the command line is not counted.
      return heard.get(`event ${text}`)?.get(by) ?? startedMs
    },
    heard: (text) => heard.get(`event ${text}`) ?? new Map(),
    kill(i) {
      children[i]?.kill('SIGKILL')
    },
    missed: (i) => heard.get(`death ${i}`) ?? new Map(),
    async remove() {
      await Promise.all(children.map((child) => end(child)))
    },
  }
}
