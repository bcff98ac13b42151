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
      const found = view.instances().find(({ id }) => id === instance)
      if (!found) {
        throw new MyceliumError('NOT_FOUND', `No node tells of an instance ${instance}.`)
      }
      const { node } = found
      if (node !== net.self) return remoteCommand(net, node, instance, request)
      return local.run(instance, request, net.self)
    },
    start: () => server.start(),
    async stop() {
      await server.stop()
      await local.stop()
      await audit.close()
    },
  }
}
