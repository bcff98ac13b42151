/** Configuration that what is brought has as files: a whole text of each kind, and what is refused. */
import { describe, expect, test } from 'vitest'
import { importText } from './index.ts'
import { leavesOf, silentLeaves } from './testing/leaves.ts'

type Request = Omit<Parameters<typeof importText>[0], 'text'>
const codesAt = (of: ReturnType<typeof importText>, path: string) =>
  of.report.filter((line) => line.path.startsWith(path)).map(({ code }) => code)
const containerOf = ({ workloads }: ReturnType<typeof importText>) => workloads[0]?.containers[0]

const COMPOSE = `
configs:
  inline: { content: "port = \${PORT}\\ncost = $$5" }
  beside: { file: ./conf/app.ini }
  told: { environment: TOLD }
  spare: { file: ./nowhere }
services:
  web:
    image: web:1
    configs:
      - inline
      - { source: beside, target: /etc/web/app.ini, mode: 0440, uid: "103", gid: "104" }
      - { source: told, target: told.txt, mode: 288 }
    volumes:
      - ./logo.png:/srv/logo.png:ro
      - { type: bind, source: ./more.ini, target: /etc/more.ini, read_only: true }
`
const GIVEN: Request = {
  variables: { PORT: '80', TOLD: 'as told' },
  files: {
    'conf/app.ini': { content: 'a = $b\n' },
    './logo.png': { content: 'AP8=', encoding: 'base64' },
    'more.ini': { content: '' },
  },
}

describe('configs of compose', () => {
  test('are files, wherever their content stands', () => {
    const imported = importText({ text: COMPOSE, ...GIVEN })
    expect(containerOf(imported)?.files).toEqual([
      { path: '/inline', content: 'port = 80\ncost = $5' },
      { path: '/etc/web/app.ini', content: 'a = $b\n', mode: '0440' },
      { path: '/told.txt', content: 'as told', mode: '0440' },
      { path: '/srv/logo.png', content: 'AP8=', encoding: 'base64' },
      { path: '/etc/more.ini', content: '' },
    ])
    expect(codesAt(imported, 'services.web.configs')).toEqual([
      ...['file-in-manifest', 'file-in-manifest', 'no-file-owner', 'no-file-owner'],
      'file-in-manifest',
    ])
    expect(codesAt(imported, 'configs')).toEqual(['inlined', 'inlined', 'inlined', 'not-used'])
  })

  test('say something of every line', () => {
    const { report } = importText({ text: COMPOSE, ...GIVEN })
    expect(silentLeaves(leavesOf(COMPOSE, 'compose'), report)).toEqual([])
    expect(JSON.stringify(report)).not.toContain('as told')
  })

  const one = (service: string, top = '') =>
    `${top}\nservices: { web: { image: "web:1", ${service} } }\n`
  test.each<[string, string, string]>([
    ['not there', one('configs: [gone]'), 'not-there'],
    [
      'of a file that was not given',
      one('configs: [a]', 'configs: { a: { file: x } }'),
      'file-needed',
    ],
    ['kept elsewhere', one('configs: [a]', 'configs: { a: { external: true } }'), 'not-there'],
    ['of nothing', one('configs: [a]', 'configs: { a: {} }'), 'wrong-form'],
    [
      'of a missing variable',
      one('configs: [a]', 'configs: { a: { environment: X } }'),
      'variable-needed',
    ],
    [
      'of a wrong mode',
      one('configs: [{ source: a, mode: rw }]', 'configs: { a: { content: x } }'),
      'wrong-form',
    ],
    [
      'in a folder of the kernel',
      one('configs: [{ source: a, target: /proc/x }]', 'configs: { a: { content: x } }'),
      'does-not-fit',
    ],
    ['mounted to be written to', one('volumes: ["./more.ini:/x"]'), 'host-path'],
    ['mounted from further up', one('volumes: ["../more.ini:/x:ro"]'), 'host-path'],
    ['mounted and not given', one('volumes: ["./gone:/x:ro"]'), 'host-path'],
    ['of the computer', one('volumes: ["/etc/passwd:/x:ro"]'), 'host-path'],
  ])('that are %s are refused', (_, text, code) => {
    const files = { ...GIVEN.files, '../more.ini': { content: '' }, '/etc/passwd': { content: '' } }
    const { workloads, report } = importText({ text, files })
    expect(workloads).toEqual([])
    expect(report.filter(({ verdict }) => verdict === 'refused').map((one) => one.code)).toEqual([
      code,
    ])
  })

  test('of docker run are what it mounts to be read', () => {
    const bind = '--mount type=bind,source=./more.ini,target=/etc/other.ini,readonly'
    const text = `docker run --name web -v ./more.ini:/etc/more.ini:ro ${bind} web:1`
    expect(containerOf(importText({ text, ...GIVEN }))?.files).toEqual([
      { path: '/etc/more.ini', content: '' },
      { path: '/etc/other.ini', content: '' },
    ])
  })
})

const POD = (spec: string, mounts: string) => `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  volumes: [${spec}]
  containers:
    - name: web
      image: "web:1"
      args: ["--cert=/etc/tls/tls.crt", "--cert-too=/etc/tls/tls.crt.old"]
      volumeMounts: [${mounts}]
`
const SETTINGS = `---
apiVersion: v1
kind: ConfigMap
metadata: { name: site }
data: { app.ini: "a = 1", more.ini: "b = 2", unused: x }
binaryData: { logo: "AP8=" }
---
apiVersion: v1
kind: Secret
metadata: { name: cert }
data: { tls.crt: aHVzaA==, tls.key: AP8= }
`
const kube = (spec: string, mounts: string, more: object = {}) =>
  importText({ text: POD(spec, mounts) + SETTINGS, ...more })
const SITE = '{ name: c, configMap: { name: site } }'

describe('volumes of Kubernetes', () => {
  test('of a ConfigMap are its keys as files, bytes too', () => {
    const imported = kube(SITE, '{ name: c, mountPath: /etc/web/ }')
    expect(containerOf(imported)?.files).toEqual([
      { path: '/etc/web/app.ini', content: 'a = 1' },
      { path: '/etc/web/more.ini', content: 'b = 2' },
      { path: '/etc/web/unused', content: 'x' },
      { path: '/etc/web/logo', content: 'AP8=', encoding: 'base64' },
    ])
    expect(codesAt(imported, 'Pod/web.spec.volumes.0')).toEqual(['inlined'])
    expect(codesAt(imported, 'Pod/web.spec.containers.0.volumeMounts')).toEqual([
      'file-in-manifest',
    ])
    expect(codesAt(imported, 'ConfigMap/site.binaryData')).toEqual(['inlined'])
  })

  test('are of those keys that are named, under other names and with their modes', () => {
    const items =
      '{ name: c, configMap: { name: site, defaultMode: 0400, items: [{ key: app.ini, path: conf/a }, { key: more.ini, path: b, mode: 292 }] } }'
    const imported = kube(items, '{ name: c, mountPath: /x }')
    expect(containerOf(imported)?.files).toEqual([
      { path: '/x/conf/a', content: 'a = 1', mode: '0400' },
      { path: '/x/b', content: 'b = 2', mode: '0444' },
    ])
    expect(codesAt(imported, 'ConfigMap/site.data')).toEqual(['inlined', 'inlined', 'not-used'])
    const part = kube(items, '{ name: c, mountPath: /y, subPath: conf }')
    expect(containerOf(part)?.files).toMatchObject([{ path: '/y/a' }])
    const single = kube(SITE, '{ name: c, mountPath: /z.ini, subPath: more.ini }')
    expect(containerOf(single)?.files).toEqual([{ path: '/z.ini', content: 'b = 2' }])
  })

  test('of a Secret are secrets, sealed, and its old place leads to them', () => {
    const volume = '{ name: s, secret: { secretName: cert } }'
    const imported = kube(volume, '{ name: s, mountPath: /etc/tls }')
    expect(imported.workloads[0]?.secrets).toEqual([
      { name: 'web/cert/tls.crt', file: 'cert.tls.crt' },
      { name: 'web/cert/tls.key', file: 'cert.tls.key' },
    ])
    expect(containerOf(imported)).not.toHaveProperty('files')
    expect(containerOf(imported)?.args).toEqual([
      '--cert=/run/mycelium/secrets/cert.tls.crt',
      '--cert-too=/etc/tls/tls.crt.old',
    ])
    expect(JSON.stringify(imported)).not.toMatch(/hush|aHVzaA/)
    expect(codesAt(imported, 'Pod/web.spec.volumes.0')).toEqual(['secret-not-brought'])
    const open = kube(volume, '{ name: s, mountPath: /etc/tls }', { secretsInTheOpen: true })
    expect(containerOf(open)?.files).toMatchObject([
      { path: '/etc/tls/tls.crt', content: 'hush' },
      { path: '/etc/tls/tls.key', content: 'AP8=', encoding: 'base64' },
    ])
  })

  test('say something of every line', () => {
    const text = POD(SITE, '{ name: c, mountPath: /etc/web }') + SETTINGS
    const told = importText({ text }).report
    expect(silentLeaves(leavesOf(text, 'kubernetes'), told)).toEqual([])
  })

  test.each<[string, string, string, string]>([
    [
      'a ConfigMap that is not in the text',
      '{ name: c, configMap: { name: gone } }',
      '',
      'not-there',
    ],
    [
      'a key that is not in it',
      '{ name: c, configMap: { name: site, items: [{ key: no, path: no }] } }',
      '',
      'not-there',
    ],
    ['a part that is not in it', SITE, ', subPath: gone', 'not-there'],
    [
      'a way out of the folder',
      '{ name: c, configMap: { name: site, items: [{ key: app.ini, path: ../../x }] } }',
      '',
      'does-not-fit',
    ],
  ])('%s is refused', (_, volume, more, code) => {
    const { workloads, report } = kube(volume, `{ name: c, mountPath: /x${more} }`)
    expect(workloads).toEqual([])
    expect(report.filter(({ verdict }) => verdict === 'refused').map((one) => one.code)).toEqual([
      code,
    ])
  })

  test('that are mounted over and over are refused in no time', () => {
    const data = Array.from({ length: 500 }, (_, at) => `k${at}: x`).join(', ')
    const mounts = Array.from({ length: 500 }, (_, at) => `{ name: c, mountPath: /m${at} }`)
    const of = (volume: string, more: string) =>
      importText({ text: `${POD(volume, mounts.join(', '))}---\n${more}` })
    const config = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: site }\ndata: { ${data} }\n`
    expect(of(SITE, config).workloads).toEqual([])
    const secret = config.replace('ConfigMap', 'Secret')
    const told = of('{ name: c, secret: { secretName: site } }', secret)
    expect(told.workloads).toEqual([])
  }, 20_000)

  test('that may be missing are left out, and said', () => {
    const imported = kube(
      '{ name: c, configMap: { name: gone, optional: true } }',
      '{ name: c, mountPath: /x }',
    )
    expect(imported.workloads).toHaveLength(1)
    expect(codesAt(imported, 'Pod/web.spec.containers.0.volumeMounts')).toEqual(['not-used'])
  })
})
