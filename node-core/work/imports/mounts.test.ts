import { describe, expect, test } from 'vitest'
import { importText } from './index.ts'

const compose = (...mounts: string[]) => {
  const lines = mounts.map((mount) => `      - ${mount}\n`).join('')
  return importText({ text: `services:\n  a:\n    image: a:1\n    volumes:\n${lines}` })
}
const madeOf = ({ workloads: [first] }: ReturnType<typeof importText>) => ({
  volumes: first?.volumes,
  mounts: first?.containers[0]?.mounts,
})

describe('volumes that are brought', () => {
  test('keep their names, where they are seen, and whether they are only read', () => {
    const long = '{ type: volume, source: more, target: /more/, read_only: true }'
    expect(madeOf(compose('data:/data:ro,z', '"My_Data:/x"', long))).toEqual({
      volumes: [{ name: 'data' }, { name: 'my-data' }, { name: 'more' }],
      mounts: [
        { volume: 'data', path: '/data', readOnly: true },
        { volume: 'my-data', path: '/x' },
        { volume: 'more', path: '/more', readOnly: true },
      ],
    })
  })

  test.each(['readonly', 'ro', 'readonly=true', 'readonly=false'])('by --mount …,%s', (flag) => {
    const text = `docker run --mount type=volume,src=data,dst=/data,${flag} a:1`
    const only = flag.endsWith('false') ? {} : { readOnly: true }
    const [mount] = madeOf(importText({ text })).mounts ?? []
    expect(mount).toEqual({ volume: 'data', path: '/data', ...only })
  })

  test('get a name where they had none, and each its own', () => {
    const { volumes, mounts } = madeOf(compose('/var/lib/a', 'a.b:/1', 'a-b:/2', 'a.b:/3'))
    expect(volumes).toEqual([{ name: 'var-lib-a' }, { name: 'a-b' }, { name: 'a-b-2' }])
    expect(mounts?.map(({ volume }) => volume)).toEqual(['var-lib-a', 'a-b', 'a-b-2', 'a-b'])
  })

  test('are named to whoever asks for a folder of a computer, or names nothing', () => {
    const saidOf = (mount: string) => {
      return compose(mount).report.flatMap(({ verdict, message }) =>
        verdict === 'refused' ? message : [],
      )
    }
    const uploads = `"$${'{UPLOADS}'}:/data"`
    expect(saidOf('./my_data/:/data')).toEqual([expect.stringMatching(/write "my-data:\/data"\.$/)])
    expect(saidOf('"./:/data"')).toEqual([expect.stringMatching(/write "data:\/data"\.$/)])
    expect(saidOf(uploads)).toEqual([
      expect.stringMatching(
        /^The variable UPLOADS was not given .*write a name, such as "data:\/data"\.$/,
      ),
    ])
  })

  test('and what containers that run before the others prepare is missed: they are refused', () => {
    const pod = (init: string) => `
apiVersion: v1
kind: Pod
metadata: { name: db }
spec: { containers: [{ image: db:1 }], initContainers: ${init} }
`
    const codesOf = (init: string) => importText({ text: pod(init) }).report.map(({ code }) => code)
    expect(codesOf('[{ image: chown:1 }]')).toContain('init-containers')
    expect(codesOf('[]')).not.toContain('init-containers')
  })

  test('of a pod are its claims: each folder of one for itself, other kinds not at all', () => {
    const text = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: disk }
spec: { resources: { requests: { storage: 3Gi } } }
---
apiVersion: v1
kind: Pod
metadata: { name: db }
spec:
  containers:
    - image: db:1
      volumeMounts:
        - { name: kept, mountPath: /a, subPath: a }
        - { name: kept, mountPath: /b, subPath: b, readOnly: true }
        - { name: scratch, mountPath: /tmp }
  volumes:
    - { name: kept, persistentVolumeClaim: { claimName: disk } }
    - { name: scratch, emptyDir: {} }
`
    const imported = importText({ text })
    expect(madeOf(imported)).toEqual({
      volumes: [
        { name: 'kept-a', size: '3Gi' },
        { name: 'kept-b', size: '3Gi' },
      ],
      mounts: [
        { volume: 'kept-a', path: '/a' },
        { volume: 'kept-b', path: '/b', readOnly: true },
      ],
    })
    expect(imported.report.filter(({ code }) => code === 'no-volumes')).toHaveLength(2)
  })

  test('of a pod that last as long as it does are its volumes where its containers share them', () => {
    const text = `
apiVersion: v1
kind: Pod
metadata: { name: site }
spec:
  containers:
    - image: web:1
      volumeMounts: [{ name: pages, mountPath: /srv, readOnly: true }, { name: own, mountPath: /tmp }]
    - image: pull:1
      volumeMounts: [{ name: pages, mountPath: /out }, { name: ram, mountPath: /ram }]
    - image: more:1
      volumeMounts: [{ name: ram, mountPath: /ram }]
  volumes:
    - { name: pages, emptyDir: { sizeLimit: 1Gi } }
    - { name: ram, emptyDir: { medium: Memory } }
    - { name: own, emptyDir: {} }
`
    const { workloads, report } = importText({ text })
    const [site] = workloads
    expect(site?.volumes).toEqual([
      { name: 'pages', size: '1Gi', ifLost: 'empty' },
      { name: 'ram', ifLost: 'empty' },
    ])
    expect(site?.containers.map(({ mounts }) => mounts)).toEqual([
      [{ volume: 'pages', path: '/srv', readOnly: true }],
      [
        { volume: 'pages', path: '/out' },
        { volume: 'ram', path: '/ram' },
      ],
      [{ volume: 'ram', path: '/ram' }],
    ])
    expect(report.filter(({ code }) => code === 'shared-for-a-while')).toHaveLength(6)
    expect(report.filter(({ code }) => code === 'no-volumes')).toHaveLength(2)
  })

  test('of a pod that are claimed for as long as it lasts are its own, and those without a kind none', () => {
    const text = `
apiVersion: v1
kind: Pod
metadata: { name: job }
spec:
  containers:
    - image: a:1
      volumeMounts: [{ name: big, mountPath: /big }, { name: bare, mountPath: /bare }]
  volumes:
    - name: big
      ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: 5Gi } } } } }
    - name: bare
`
    const imported = importText({ text })
    expect(madeOf(imported)).toEqual({
      volumes: [{ name: 'big', size: '5Gi', ifLost: 'empty' }],
      mounts: [{ volume: 'big', path: '/big' }],
    })
    const codes = imported.report.map(({ code }) => code)
    expect(codes.filter((code) => code === 'kept-for-a-while')).toHaveLength(2)
    expect(codes.filter((code) => code === 'no-volumes')).toHaveLength(2)
  })

  test('where nothing can be kept are refused as they are at a deploy', () => {
    const { workloads, report } = compose('data:/proc')
    expect(workloads).toEqual([])
    expect(report.map(({ code }) => code)).toContain('does-not-fit')
  })
})
