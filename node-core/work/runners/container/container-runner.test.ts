import { beforeAll, describe } from 'vitest'
import { describeRunner } from '../runner.suite.ts'
import { ADA, BEN, createBench, engineMissing, importImage, shell } from './testing/test-engine.ts'

const missing = await engineMissing()

const SCRIPTS = {
  serves: 'mkdir /www && echo hello >/www/index.html && exec busybox httpd -f -p 8080 -h /www',
  leaves: 'echo leaving; sleep 0.2; exit 3',
  talks: 'echo one; echo two; echo three; exec sleep 1000',
}

describe.skipIf(missing)(`containers${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  beforeAll(async () => {
    await importImage()
  })

  describeRunner('container runner', async () => {
    const bench = await createBench()
    return {
      runner: () => bench.runner(ADA),
      foreignRunner: () => bench.runner(BEN),
      workload: (behaviour) =>
        shell(behaviour, withBusybox(SCRIPTS[behaviour]), {
          ports: behaviour === 'serves' ? [{ containerPort: 8080, protocol: 'tcp' }] : [],
        }),
      close: bench.close,
    }
  })
})

/** The image holds busybox and nothing else: its applets are called by its name. */
function withBusybox(script: string): string {
  return script
    .replace(/\b(mkdir|sleep)\b/g, '/bin/busybox $1')
    .replace('exec busybox', 'exec /bin/busybox')
}
