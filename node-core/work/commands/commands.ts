import { MyceliumError } from '../../base/errors/index.ts'
import { createAudit } from './audit.ts'
import type { Commands, CommandsDeps } from './index.ts'
import { createLocalCommands } from './local.ts'
import { remoteCommand } from './remote.ts'
import { createCommandServer } from './server.ts'

export function createCommands(deps: CommandsDeps): Commands {
  const { net, view } = deps
  const logger = deps.logger.child('commands')
  const audit = createAudit(deps.disk)
  const local = createLocalCommands({ ...deps, logger }, audit)
  const server = createCommandServer({ net, local, clock: deps.clock, logger })

  return {
    audit: (count) => audit.list(count),
    async run(instance, request) {
      const found = view.instances().filter(({ id }) => id === instance)
      if (found.length === 0) {
        throw new MyceliumError('NOT_FOUND', `No node tells of an instance ${instance}.`)
      }
      if (found.some(({ node }) => node === net.self)) {
        return local.run(instance, request, net.self)
      }
      const [at, another] = found.filter(view.entrusted())
      if (at && !another) return remoteCommand(net, at.node, instance, request)
      // What is typed into a copy, passwords too, goes to nobody who only says that it runs there.
      throw new MyceliumError(
        'NOT_ASSIGNED',
        another
          ? `More than one computer says that it runs ${instance}: no command is sent to either.`
          : `By the registry ${instance} is not to run on the computer that says that it does: ` +
              'no command is sent there. On that computer itself it can be run.',
      )
    },
    start: () => server.start(),
    async stop() {
      await server.stop()
      await local.stop()
      await audit.close()
    },
  }
}
