/** Volumes that several workloads name: each would have an empty one of its own, so the second is refused. */
import { describe, expect, test } from 'vitest'
import { importText } from './index.ts'

const read = (text: string) => {
  const { workloads, report } = importText({ text })
  return {
    made: workloads.map(({ name }) => name),
    said: report.flatMap(({ verdict, code, message }) =>
      verdict === 'refused' ? [[code, message.split('. ')[0]]] : [],
    ),
    workloads,
  }
}
const refused = (message: string) => ({ said: [['shared-volume', message]] })

test('services of a compose file are told, but not of folders without a name', () => {
  const service = (name: string) => {
    return `  ${name}: { image: "x:1", volumes: ["data:/data", "/cache"] }\n`
  }
  const text = `services:\n${service('a')}${service('b')}`
  expect(read(text)).toMatchObject({ made: ['a'], ...refused('“a” names “data” too') })
})

test('so are those that take all the volumes of another', () => {
  const lines = '  db: { image: "db:1", volumes: ["data:/data"] }\n  backup: { image: "b:1",'
  for (const named of ['db', 'db:ro', 'container:db']) {
    const text = `services:\n${lines} volumes_from: ["${named}"] }\n`
    expect(read(text)).toMatchObject({
      made: ['db'],
      ...refused('It would see the files of “db”'),
    })
  }
  const none = `services:\n${lines} volumes_from: [] }\n`
  expect(read(none)).toMatchObject({ made: ['db', 'backup'], said: [] })
})

test('so are lines of docker run', () => {
  const line = (name: string, flag: string) => `docker run --name ${name} ${flag} ${name}:1\n`
  const db = line('db', '-v data:/var/lib/db -v /cache')
  const both = db + line('backup', '--mount type=volume,src=data,dst=/data,ro')
  expect(read(both)).toMatchObject({ made: ['db'], ...refused('“db” names “data” too') })
  const from = db + line('backup', '--volumes-from db')
  expect(read(from)).toMatchObject({ made: ['db'], ...refused('It would see the files of “db”') })
  expect(read(db + line('other', '-v other:/data -v /cache')).said).toEqual([])
})

interface Wish {
  name: string
  claims: string[]
  mounts: string[]
  namespace?: string
}

const deployment = ({ name, claims, mounts, namespace = 'shop' }: Wish) => `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  template:
    spec:
      volumes: [${claims.map((claim, at) => `{ name: v${at}, persistentVolumeClaim: { claimName: ${claim} } }`).join(', ')}]
      containers: [{ name: c, image: "c:1", volumeMounts: [${mounts.join(', ')}] }]
`
const MOUNTED = ['{ name: v0, mountPath: /data }']
const set = (name: string) => `---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: ${name}, namespace: shop }
spec:
  volumeClaimTemplates: [{ metadata: { name: data } }]
  template: { spec: { containers: [{ image: "c:1", volumeMounts: [{ name: data, mountPath: /d }] }] } }
`

describe('of Kubernetes', () => {
  const web = deployment({ name: 'web', claims: ['media'], mounts: MOUNTED })

  test('workloads are told that name one claim, whatever their pods call it', () => {
    const claims = ['other', 'media']
    const mounts = ['{ name: v0, mountPath: /other }', '{ name: v1, mountPath: /media }']
    const text = web + deployment({ name: 'worker', claims, mounts })
    expect(read(text)).toMatchObject({ made: ['web'], ...refused('“web” names “media” too') })
  })

  test('but not those of another namespace, or that mount other folders of it', () => {
    const away = deployment({ name: 'away', claims: ['media'], mounts: MOUNTED, namespace: 'two' })
    expect(read(web + away)).toMatchObject({ made: ['web', 'away'], said: [] })
    const folder = (name: string, subPath: string) => {
      const mounts = [`{ name: v0, mountPath: /data, subPath: ${subPath} }`]
      return deployment({ name, claims: ['media'], mounts })
    }
    const parts = folder('a', 'a') + folder('b', 'b')
    expect(read(parts)).toMatchObject({ made: ['a', 'b'], said: [] })
    const same = '“a” names “media” too'
    expect(read(folder('a', 'a') + folder('b', 'a'))).toMatchObject(refused(same))
    expect(read(folder('a', 'a') + web)).toMatchObject(refused(same))
    expect(read(web + folder('b', 'a'))).toMatchObject(refused('“web” names “media” too'))
  })

  test('who names a claim that a StatefulSet makes is told, and no two sets are', () => {
    expect(read(set('one') + set('two'))).toMatchObject({ made: ['one', 'two'], said: [] })
    const backup = deployment({ name: 'backup', claims: ['data-one-1'], mounts: MOUNTED })
    const text = set('one') + backup
    expect(read(text)).toMatchObject({ made: ['one'], ...refused('“one” names “data-one-1” too') })
  })

  test('one claim is one volume of a pod, by either name of it', () => {
    const mounts = ['{ name: v0, mountPath: /a }', '{ name: v1, mountPath: /b }']
    const [only] = read(deployment({ name: 'web', claims: ['media', 'media'], mounts })).workloads
    expect(only?.volumes).toEqual([{ name: 'v0' }])
    expect(only?.containers[0]?.mounts?.map(({ volume }) => volume)).toEqual(['v0', 'v0'])
  })

  test('a pod that mounts a claim as a whole and in part is told that they are two', () => {
    const mounts = ['{ name: v0, mountPath: /a }', '{ name: v0, mountPath: /b, subPath: b }']
    const text = deployment({ name: 'web', claims: ['media'], mounts })
    expect(read(text)).toMatchObject(refused('“media” is mounted as a whole and in part'))
  })
})
