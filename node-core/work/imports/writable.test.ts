/** Where containers may write: roots that stay as they are, and folders in memory. */
import { expect, test } from 'vitest'
import { importText } from './index.ts'

const container = (text: string) => {
  const { workloads, report } = importText({ text })
  const refused = report.filter(({ verdict }) => verdict === 'refused')
  expect(refused).toEqual([])
  return workloads[0]?.containers[0]
}

test('compose files say it by read_only, tmpfs and volumes', () => {
  const text = `
services:
  web:
    image: web:1
    read_only: true
    tmpfs: [/run, "/tmp:size=16m,mode=1777"]
    volumes: [{ type: tmpfs, target: /cache, tmpfs: { size: 32m } }]
`
  expect(container(text)).toMatchObject({
    readOnlyRoot: true,
    scratch: [{ path: '/run' }, { path: '/tmp', size: '16Mi' }, { path: '/cache', size: '32Mi' }],
  })
})

test('docker run says it by flags', () => {
  const text = 'docker run --read-only --tmpfs /run:rw,size=8m --mount type=tmpfs,target=/x web:1'
  expect(container(text)).toMatchObject({
    readOnlyRoot: true,
    scratch: [{ path: '/run', size: '8Mi' }, { path: '/x' }],
  })
})

const hardened = (volume: string) => `
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - image: web:1
      volumeMounts: [{ name: tmp, mountPath: /tmp }]
      securityContext: { readOnlyRootFilesystem: true }
  volumes: [{ name: tmp, ${volume} }]
`

test('a folder of a pod whose root is only read is one in memory, or a volume where it is large', () => {
  const small = hardened('emptyDir: { sizeLimit: 8Mi }')
  expect(container(small)?.scratch).toEqual([{ path: '/tmp', size: '8Mi' }])
  expect(container(hardened('emptyDir: {}'))?.scratch).toEqual([{ path: '/tmp' }])
  const { workloads, report } = importText({ text: hardened('emptyDir: { sizeLimit: 2Gi }') })
  expect(workloads[0]?.volumes).toEqual([{ name: 'tmp', size: '2Gi', ifLost: 'empty' }])
  expect(workloads[0]?.containers[0]?.mounts).toEqual([{ volume: 'tmp', path: '/tmp' }])
  expect(report.map(({ code }) => code)).toContain('kept-for-a-while')
})

test('Kubernetes says it by security contexts and volumes in memory', () => {
  const text = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: web:1
          securityContext: { readOnlyRootFilesystem: true }
          volumeMounts: [{ name: tmp, mountPath: /tmp }]
      volumes: [{ name: tmp, emptyDir: { medium: Memory, sizeLimit: 16Mi } }]
`
  expect(container(text)).toMatchObject({
    readOnlyRoot: true,
    scratch: [{ path: '/tmp', size: '16Mi' }],
  })
})

test('what is no size is refused, and false asks for nothing', () => {
  const text = 'services: { web: { image: "web:1", read_only: false, tmpfs: "/tmp:size=lots" } }'
  const { report } = importText({ text })
  expect(report.find(({ path }) => path.endsWith('tmpfs'))?.code).toBe('wrong-form')
  const plain = container('services: { web: { image: "web:1", read_only: false } }')
  expect(plain).not.toHaveProperty('readOnlyRoot')
})
