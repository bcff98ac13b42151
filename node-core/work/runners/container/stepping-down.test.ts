import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changePart } from '../../spec/testing/flat.ts'
import { linesUntil } from '../runner.suite.ts'
import type { ContainerRunner } from './index.ts'
import { ADA, createBench, engineMissing, importImage, shell } from './testing/test-engine.ts'

const missing = await engineMissing()
const B = '/bin/busybox'
const IMAGE = 'mycelium-stepping-test:1'

/** `setpriv` of Debian's util-linux with what it is linked to, as its package brings them. */
function setprivFiles(): string[] {
  const linked = execFileSync('ldd', ['/usr/bin/setpriv'], { encoding: 'utf8' })
  const libraries = [...linked.matchAll(/(\/\S+) \(0x/g)].map(([, file]) => file ?? '')
  return ['/usr/bin/setpriv', ...libraries].map((file) => file.slice(1))
}

/** What the entry points of official images of databases and web servers do. */
const NAMED = `
echo "user: $(${B} id -u):$(${B} id -g)"; ${B} grep CapEff /proc/self/status
echo "scratch: $(${B} touch /tmp/x && echo written)"
echo "port 80: $(${B} httpd -p 80 -h /tmp && echo bound)"
echo "others: $(${B} touch /bin/x 2>/dev/null && echo written || echo refused)"
echo done: yes; exec ${B} sleep 1000`

const SCRIPT = `
${B} mkdir -p /var/lib/data && ${B} chown 999:999 /var/lib/data && ${B} chmod 700 /var/lib/data
exec /usr/bin/setpriv --reuid 999 --regid 999 --clear-groups ${B} sh -c '
  echo "user: $(${B} id -u):$(${B} id -g)"
  echo mine >/var/lib/data/file && echo "file: $(${B} cat /var/lib/data/file)"
  ${B} grep CapEff /proc/self/status
  echo "back: $(/usr/bin/setpriv --reuid 0 true 2>/dev/null && echo root || echo refused)"
  echo "others: $(${B} touch /bin/x 2>/dev/null && echo written || echo refused)"
  echo done: yes; exec ${B} sleep 1000'`

describe.skipIf(missing)(`who runs in a container${missing ? ` [skipped]` : ''}`, () => {
  let bench: Awaited<ReturnType<typeof createBench>>
  let runner: ContainerRunner
  let said: string[]

  beforeAll(async () => {
    await importImage(IMAGE, setprivFiles())
    bench = await createBench()
    runner = bench.runner(ADA)
    await runner.start()
    const source = { image: IMAGE, command: [B, 'sh', '-c', SCRIPT] }
    const request = { id: 'stepping-0-test', workload: shell('stepping', '', { source }) }
    const signal = AbortSignal.timeout(30_000)
    await runner.run({ ...request, index: 0, generation: 1, signal, onProgress: () => {} })
    said = await linesUntil(runner, request.id, 'done: yes')
  }, 60_000)
  afterAll(async () => {
    await runner?.stop()
    await bench?.close()
  })

  it('starts as root, gives its data to a user of its own and becomes that user', () => {
    expect(said).toContain('user: 999:999')
    expect(said).toContain('file: mine')
  })
  it('keeps nothing of what it had, and does not come back', () => {
    expect(said).toContain('CapEff:\t0000000000000000')
    expect(said).toContain('back: refused')
    expect(said).toContain('others: refused')
  })

  const runAs = (id: string, user: string) => {
    const workload = changePart(shell('named', NAMED), {
      user,
      source: { image: IMAGE, command: [B, 'sh', '-c', NAMED] },
      scratch: [{ path: '/tmp', sizeBytes: 2 ** 20 }],
    })
    const signal = AbortSignal.timeout(30_000)
    return runner.run({ id, workload, index: 0, generation: 1, signal, onProgress: () => {} })
  }

  it('is who the manifest names, from the first process on and without any right', async () => {
    await runAs('named-0-test', '1000:1001')
    const named = await linesUntil(runner, 'named-0-test', 'done: yes')
    expect(named).toContain('user: 1000:1001')
    expect(named).toContain('CapEff:\t0000000000000000')
    expect(named).toContain('scratch: written')
    expect(named).toContain('port 80: bound')
    expect(named).toContain('others: refused')
  }, 60_000)
  it('is not root where the image does not know who is named', async () => {
    await expect(runAs('unknown-0-test', 'nobody-knows')).rejects.toThrow('nobody-knows')
    expect((await runner.list()).map(({ id }) => id)).not.toContain('unknown-0-test')
  }, 60_000)
})
