/** Questions to an engine by its socket: its command line would take the cores of who is measured. */
import { request } from 'node:http'
import { z } from 'zod'
import { pause } from './processes.ts'

const READY_WITHIN_MS = 15_000
const INSPECTED = z.object({ State: z.object({ Pid: z.number() }).optional() })

/** @param host As in DOCKER_HOST. */
export function askEngine(host: string, path: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath: host.replace('unix://', ''), path }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (more) => {
        text += more
      })
      answer.once('end', () => resolve(JSON.parse(text)))
    })
    asked.once('error', reject).end()
  })
}

/** The process of a container; undefined where none runs. */
export async function pidOf(host: string, id: string): Promise<number | undefined> {
  const { State } = INSPECTED.parse(await askEngine(host, `/containers/${id}/json`))
  return State?.Pid || undefined
}

/**
 * Until a node has made its next networks ready, at most some seconds: that work is not to fall into the
 * turn of whom it is compared with.
 */
export async function networksReady(host: string, count: number): Promise<void> {
  const filters = JSON.stringify({ label: ['org.mycelium.holds'], status: ['running'] })
  const path = `/containers/json?filters=${encodeURIComponent(filters)}`
  const startedMs = performance.now()
  while (performance.now() - startedMs < READY_WITHIN_MS) {
    if (z.array(z.unknown()).parse(await askEngine(host, path)).length >= count) break
    await pause(100)
  }
  await pause(500)
}
