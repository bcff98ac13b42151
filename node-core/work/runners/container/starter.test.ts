import { expect, test } from 'vitest'
import { flatWorkload } from '../../spec/testing/flat.ts'
import { createStarter, type StarterDeps } from './starter.ts'

test('a container is not given a port that its node needs itself, whichever of its ports asks', async () => {
  const starter = createStarter({
    ...{ ownPorts: new Set([4_000]), networks: { obstacle: () => undefined } },
  } as unknown as StarterDeps)
  const start = (hostPort: number) => {
    const ports = [
      { containerPort: 81, hostPort: 15_000, protocol: 'tcp' as const },
      { containerPort: 80, hostPort, protocol: 'tcp' as const },
    ]
    const workload = flatWorkload({ name: 'web', source: { image: 'a' }, ports })
    const signal = new AbortController().signal
    return starter.start({
      ...{ id: 'web-0-a', workload, index: 0, generation: 1, signal, onProgress: () => {} },
    })
  }
  await expect(start(4_000)).rejects.toMatchObject({ code: 'PORT_TAKEN', details: { port: 4_000 } })
  // Of what comes next nothing is here.
  await expect(start(4_001)).rejects.not.toMatchObject({ code: 'PORT_TAKEN' })
})
