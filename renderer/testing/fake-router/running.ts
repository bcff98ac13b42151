import { ORPCError } from '@orpc/server'
import type { NodeEvent } from '../../../node-core/api/contract/index.ts'
import { createFakeShell } from '../fake-shell.ts'
import { requestsOf } from '../requests.ts'
import { type Fake, findWorkload, os } from './fake.ts'

/** The edge, commands inside copies, what can be run, and what happens. */
export function runningOf({ scenario, watchers }: Fake) {
  const shell = createFakeShell()
  return {
    edge: {
      authority: os.edge.authority.handler(() => ({
        certificate: '',
        fingerprint: 'A9:60:20:24:9E:06:FB:29:0D:08:03:DE:28:54:D4:DF:98:EE:39:38:EB:B0:8F:07',
        zones: ['elm-street.localhost', 'elm-street.internal'],
        validUntil: new Date().toISOString(),
      })),
      requests: os.edge.requests.handler(({ input }) => ({
        requests: requestsOf(input.workload && findWorkload(scenario, input.workload)),
      })),
      pass: os.edge.pass.handler(({ input }) => ({
        pass: 'mycelium-pass.example',
        expiresAt: new Date().toISOString(),
        url: `${findWorkload(scenario, input.name).url}?mycelium-pass=mycelium-pass.example`,
      })),
    },
    commands: {
      run: os.commands.run.handler(({ signal }) => shell.run(signal)),
      input: os.commands.input.handler(({ input }) => shell.input(input)),
      audit: os.commands.audit.handler(() => ({ entries: scenario.audit })),
    },
    bundles: {
      list: os.bundles.list.handler(() => ({ bundles: scenario.bundles })),
      publish: os.bundles.publish.handler(() => {
        throw new ORPCError('VALIDATION_ERROR', { message: 'The signature does not match.' })
      }),
      publishers: os.bundles.publishers.handler(() => ({ publishers: [] })),
      trust: os.bundles.trust.handler(({ input }) => {
        scenario.bundles = scenario.bundles.map((each) => {
          return each.publisher === input.key ? { ...each, trusted: true } : each
        })
        return {}
      }),
      unpublish: os.bundles.unpublish.handler(({ input }) => ({ ...input, others: [] })),
      untrust: os.bundles.untrust.handler(() => ({})),
    },
    images: { list: os.images.list.handler(() => ({ images: scenario.images })) },
    events: {
      watch: os.events.watch.handler(async function* ({ signal }) {
        const waiting: NodeEvent[] = []
        let wake = (): void => {}
        const hear = (event: NodeEvent): void => {
          waiting.push(event)
          wake()
        }
        watchers.add(hear)
        signal?.addEventListener('abort', () => wake())
        try {
          while (!signal?.aborted) {
            yield* waiting.splice(0)
            await new Promise<void>((resolve) => {
              wake = resolve
            })
          }
        } finally {
          watchers.delete(hear)
        }
      }),
    },
  }
}
