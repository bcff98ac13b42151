/** A workload of three copies that each say which version they are, and what is asked of it. */
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { running } from '../harness/cluster.ts'
import type { Engine } from '../harness/engine.ts'
import type { TestNode } from '../harness/node-process.ts'
import { until } from '../harness/waiting.ts'

export interface Places {
  readonly nodes: readonly TestNode[]
  readonly engines: readonly Engine[]
}

export const COPIES = 3
export const PATIENCE_MS = 180_000
/** For which nothing more may change once all is as it should be. */
export const CALM_MS = 5_000
const PERIOD_MS = 20

export async function deployWeb(node: TestNode): Promise<void> {
  const web = ['--image', 'hello:1', '--name', 'web', '-p', '0:80', '--replicas', String(COPIES)]
  await node.json('deploy', ...web, '--wait', '--', ...sayer('0'))
}

/** Serves its version's name; heeds the request to end. */
export function sayer(version: string): string[] {
  const serve = `mkdir -p /tmp/w && printf ${version} > /tmp/w/index.html && exec /bin/httpd -f -p 80 -h /tmp/w`
  return ['/bin/sh', '-c', serve]
}

export async function change(node: TestNode, version: string): Promise<void> {
  const body = { command: sayer(version) }
  assert.equal((await node.call('PATCH', '/api/workloads/web', body)).status, 200)
}

/** Every copy there should be, of that version, and no container more, and so it stays. */
export async function settled({ nodes, engines }: Places, version: string): Promise<void> {
  const holds = async (): Promise<boolean> => {
    for (const node of nodes) {
      await running(node, 'web', { replicas: COPIES, timeoutMs: 1_000 })
      if ((await versionsAt(node)).join() !== version) return false
    }
    return engines.reduce((sum, engine) => sum + containersOn(engine), 0) === COPIES
  }
  await until(`three copies of version ${version}`, PATIENCE_MS, holds)
  await wait(CALM_MS)
  assert.ok(await holds(), 'it did not stay so')
}

export function containersOn(engine: Engine): number {
  const listed = engine.docker('ps', '-q', '--filter', 'label=org.mycelium.workload=web')
  return listed.split('\n').filter(Boolean).length
}

/** What some requests in a row through its edge were answered. */
export async function versionsAt(node: TestNode): Promise<string[]> {
  const seen = new Set<string>()
  for (let n = 0; n < 12; n++) {
    const { status, text } = await node.viaEdge('/web/')
    seen.add(status === 200 ? text : String(status))
  }
  return [...seen].sort()
}

export interface Asking {
  /** The version, or what went wrong. */
  readonly seen: readonly string[]
  slowestMs(): number
  stop(): Promise<void>
}

/** One request after the other through its edge. */
export function ask(node: TestNode): Asking {
  const seen: string[] = []
  let isOver = false
  let slowestMs = 0
  const asking = (async () => {
    while (!isOver) {
      const askedMs = performance.now()
      const answer = await node.viaEdge('/web/').catch((error: Error) => error)
      if (answer instanceof Error) seen.push(answer.message)
      else seen.push(answer.status === 200 ? answer.text : `${answer.status}: ${answer.text}`)
      slowestMs = Math.max(slowestMs, performance.now() - askedMs)
      await wait(PERIOD_MS)
    }
  })()
  return {
    seen,
    slowestMs: () => slowestMs,
    async stop() {
      isOver = true
      await asking
    },
  }
}

export const failedOf = ({ seen }: Asking): string[] =>
  seen.filter((answer) => !/^\d+$/.test(answer))
