/**
 * A node that is killed in the midst of things: starts what it is told to, says so, and waits.
 * Arguments: node id, home folder, shared folder, instance id, JSON of the workload, bundle file.
 */
import { join } from 'node:path'
import { createSystemClock } from '../../../../base/clock/index.ts'
import { createSilentLogger } from '../../../../base/log/index.ts'
import { parseNodeId } from '../../../../base/net/index.ts'
import { verifyBundle } from '../../../bundles/index.ts'
import { createFirewall, createShield } from '../../../shield/index.ts'
import { testPlace } from '../../../shield/testing/test-place.ts'
import { parseStoredWorkload } from '../../../spec/index.ts'
import { createProcessRunner, PROGRAM_USERS } from '../index.ts'
import { OWNER } from './bench.ts'

const [, , nodeText = '', folder = '', sharedFolder = '', id = '', json = '', bundle = ''] =
  process.argv
const node = parseNodeId(nodeText)
const workload = parseStoredWorkload(JSON.parse(json))
if (!node || !workload) throw new Error('wrong arguments')

const [clock, logger] = [createSystemClock(), createSilentLogger()]
// The test goes on as this node.
const given = { users: PROGRAM_USERS, place: testPlace(process.ppid) }
const shield = createShield({ node, firewall: createFirewall(), clock, logger }, given)
await shield.start()
const runner = createProcessRunner(
  {
    ...{ node, owner: OWNER, shield, clock, logger },
    network: 'garden',
    bundles: { obtain: () => verifyBundle(bundle, { trusted: () => true }) },
    folder,
    volumesFolder: join(folder, '..', 'volumes'),
  },
  { nodeRuntime: process.execPath, sharedFolder },
)
await runner.start()
process.stdout.write('starting\n')
const signal = AbortSignal.timeout(30_000)
const owned = { owner: OWNER, index: 1, generation: 2 }
await runner.run({ id, workload, ...owned, signal, onProgress: () => {} })
process.stdout.write('running\n')
setInterval(() => {}, 60_000)
