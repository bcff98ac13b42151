import { describeRunner } from '../runner.suite.ts'
import { openBench, WEB } from './testing/bench.ts'

const SERVES = `#!/usr/bin/env node
require('node:http').createServer((_, response) => response.end('hello'))
  .listen(Number(process.env.PORT), '127.0.0.1')
`
/** Long after it is seen to run, or it would count as one that ended at once. */
const LEAVES = '#!/bin/sh\necho leaving; sleep 1; exit 3\n'
const TALKS = '#!/bin/sh\necho one; echo two; echo three; exec sleep 1000\n'

describeRunner('process runner', async () => {
  const bench = await openBench()
  const workloads = {
    serves: await bench.bundles.workload('serves', SERVES, { ports: WEB }),
    leaves: await bench.bundles.workload('leaves', LEAVES),
    talks: await bench.bundles.workload('talks', TALKS),
  }
  return {
    runner: () => bench.runner(),
    foreignRunner: () => bench.runner(bench.foreignNode),
    workload: (behaviour) => workloads[behaviour],
    close: bench.close,
  }
})
