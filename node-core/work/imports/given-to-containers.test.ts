/** What a container is given beside its variables: graphics processors, and the folder that it starts in. */
import { describe, expect, test } from 'vitest'
import { importText } from './index.ts'

const compose = (fields: string) => `services: { web: { image: "web:1", ${fields} } }`
const pod = (fields: string) => `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec: { containers: [{ image: "web:1", ${fields} }] }
`
const read = (text: string, about: RegExp) => {
  const { workloads, report } = importText({ text })
  const said = report.filter(({ path }) => about.test(path)).map(({ code }) => code)
  return { container: workloads[0]?.containers[0], said }
}

describe('graphics processors', () => {
  const devices = (one: string) =>
    compose(`deploy: { resources: { reservations: { devices: [{ ${one} }] } } }`)
  const GPU = 'capabilities: [gpu]'

  test.each([
    [pod('resources: { limits: { nvidia.com/gpu: 2 } }'), 2, 'kept'],
    [pod('resources: { limits: { amd.com/gpu: "1" } }'), 1, 'kept'],
    [pod('resources: { limits: { nvidia.com/gpu: 0 } }'), undefined, 'kept'],
    ['docker run --gpus 2 web:1', 2, 'kept'],
    ['docker run --gpus \'"device=0,2"\' web:1', 2, 'gpus-unnamed'],
    [compose('gpus: [{ driver: nvidia, count: 3 }]'), 3, 'kept'],
    [compose('gpus: 0'), undefined, 'kept'],
    [devices(`driver: nvidia, count: 1, ${GPU}`), 1, 'kept'],
    [devices(`device_ids: ["0", "3"], ${GPU}`), 2, 'gpus-unnamed'],
  ])('of %s are %s', (text, gpus, code) => {
    const { container, said } = read(text, /gpu|devices/)
    expect([container?.resources.gpus, said]).toEqual([gpus, [code]])
  })

  test.each([
    ['docker run --gpus all web:1', 'gpus-uncounted'],
    [compose('gpus: all'), 'gpus-uncounted'],
    [devices(`count: all, ${GPU}`), 'gpus-uncounted'],
    [devices('count: 1, capabilities: [tpu]'), 'device'],
  ])('of %s are refused: %s', (text, code) => {
    const { container, said } = read(text, /gpu|devices/)
    expect([container, said]).toEqual([undefined, [code]])
  })
})

describe('the signal that asks it to end', () => {
  test.each([
    [compose('stop_signal: SIGQUIT'), 'SIGQUIT'],
    [compose('stop_signal: sigint'), 'SIGINT'],
    [compose('stop_signal: 3'), 'SIGQUIT'],
    [pod('lifecycle: { stopSignal: SIGUSR1 }'), 'SIGUSR1'],
    ['docker run --stop-signal QUIT web:1', 'SIGQUIT'],
    ['docker run --stop-signal=RTMIN+3 web:1', 'SIGRTMIN+3'],
  ])('of %s is kept', (text, signal) => {
    const { container, said } = read(text, /stop/)
    expect([container?.stopSignal, said]).toEqual([signal, ['kept']])
  })

  test('of a pod stands beside what is done around its start and end, which is ignored', () => {
    const text = pod('lifecycle: { stopSignal: SIGINT, preStop: { sleep: { seconds: 5 } } }')
    const { container, said } = read(text, /lifecycle/)
    expect([container?.stopSignal, said]).toEqual(['SIGINT', ['kept', 'no-lifecycle']])
  })

  test.each(['SIGSTOP', '64', 'TERM; ls'])('%s is refused', (signal) => {
    const { container, said } = read(compose(`stop_signal: "${signal}"`), /stop/)
    expect([container, said]).toEqual([undefined, ['wrong-form']])
  })
})

describe('the folder that it starts in', () => {
  test.each([
    compose('working_dir: /srv/app'),
    pod('workingDir: /srv/app'),
    'docker run -w /srv/app web:1',
    'docker run --workdir=/srv/app web:1',
  ])('of %s is kept', (text) => {
    const { container, said } = read(text, /work|-w/)
    expect([container?.workingDir, said]).toEqual(['/srv/app', ['kept']])
  })

  test('that is no whole path is refused', () => {
    for (const path of ['srv', './srv', '"/a\\nb"']) {
      const { container, said } = read(compose(`working_dir: ${path}`), /work/)
      expect([container, said]).toEqual([undefined, ['wrong-form']])
    }
    expect(read(compose('working_dir: ""'), /work/).said).toEqual(['kept'])
  })
})

test('what is scaled to none is not brought, and said why', () => {
  const deployment = 'apiVersion: apps/v1, kind: Deployment, metadata: { name: web }'
  const template = 'template: { spec: { containers: [{ image: "web:1" }] } }'
  for (const text of [
    compose('scale: 0'),
    compose('deploy: { replicas: 0 }'),
    `{ ${deployment}, spec: { replicas: 0, ${template} } }`,
  ]) {
    const { workloads, report } = importText({ text })
    expect(workloads).toEqual([])
    const refused = report.filter(({ verdict }) => verdict === 'refused')
    expect(refused.map(({ code }) => code)).toEqual(['scaled-to-none'])
  }
})
