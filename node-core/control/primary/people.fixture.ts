/** What people ask of nodes, and wait for, in tests of the Primary. */
import { bytes, type TestNetwork, type TestNode, text } from './primary.fixture.ts'

/** @param world Of the test that runs. */
export function createPeople(world: () => TestNetwork) {
  /** Without waiting for it. */
  const ask = (node: TestNode, key: string, value: string) =>
    node.primary.execute({ kind: 'kv.put', body: { key, value: bytes(value) } })
  return {
    ask,
    put: (node: TestNode, key: string, value: string) =>
      world().run(`${key} is put`, ask(node, key, value)),
    async get(node: TestNode, key: string, stale = false): Promise<string | undefined> {
      const { row } = await world().run(`${key} is read`, node.primary.key(key, { stale }))
      return text(row?.value)
    },
    /** By which it is refused; `done` where it is not. */
    codeOf: (work: Promise<unknown>): Promise<string> =>
      world().run(
        'the refusal',
        work.then(
          () => 'done',
          (error: { code: string }) => error.code,
        ),
      ),
    recover: (node: TestNode, options?: { anyway: boolean }) =>
      world().run('the recovery', node.primary.recovery.recover(options)),
    planOf: (node: TestNode) => world().run('the plan', node.primary.recovery.plan()),
  }
}
