/** What asks for the computer itself is refused by name, in every language it can be said in. */
import { describe, expect, test } from 'vitest'
import { importText } from './index.ts'

/** The codes that refuse, and whether a workload came out all the same. */
function outcome(text: string) {
  const { workloads, report } = importText({ text })
  const codes = report.filter(({ verdict }) => verdict === 'refused').map(({ code }) => code)
  return { codes, made: workloads.length }
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: variables of other languages.
const COMPOSE: [string, string][] = [
  ['privileged: true', 'privileged'],
  ['privileged: "yes"', 'privileged'],
  ['privileged: [true]', 'privileged'],
  ['network_mode: host', 'host-network'],
  ['network_mode: "service:db"', 'shared-namespace'],
  ['network_mode: [host]', 'host-network'],
  ['pid: host', 'host-processes'],
  ['pid: { host: true }', 'wrong-form'],
  ['ipc: host', 'host-memory'],
  ['uts: host', 'host-names'],
  ['userns_mode: host', 'host-names'],
  ['cgroup: host', 'host-names'],
  ['cgroup_parent: /x', 'host-names'],
  ['cap_add: [SYS_ADMIN]', 'capability'],
  ['cap_add: CAP_NET_RAW', 'capability'],
  ['devices: ["/dev/kvm:/dev/kvm"]', 'device'],
  ['device_cgroup_rules: ["c 1:3 mr"]', 'device'],
  ['gpus: all', 'gpus-uncounted'],
  [
    'deploy: { resources: { reservations: { devices: [{ capabilities: [gpu] }] } } }',
    'gpus-uncounted',
  ],
  ['security_opt: ["seccomp:unconfined"]', 'unconfined'],
  ['security_opt: ["seccomp=unconfined"]', 'unconfined'],
  ['security_opt: ["apparmor:unconfined"]', 'unconfined'],
  ['security_opt: ["label:disable"]', 'unconfined'],
  ['security_opt: ["systempaths=unconfined"]', 'unconfined'],
  ['security_opt: ["no-new-privileges:false"]', 'unconfined'],
  ['volumes: ["/var/run/docker.sock:/var/run/docker.sock:ro"]', 'container-socket'],
  ['volumes: ["/run/podman/podman.sock:/s"]', 'container-socket'],
  ['volumes: [{ type: bind, source: /run/docker.sock, target: /s }]', 'container-socket'],
  ['use_api_socket: true', 'container-socket'],
  ['volumes: ["/etc:/host"]', 'host-path'],
  ['volumes: ["./conf:/conf"]', 'host-path'],
  ['volumes: ["~/conf:/conf"]', 'host-path'],
  ['volumes: ["C:\\\\data:/data"]', 'host-path'],
  ['volumes: [{ type: bind, source: conf, target: /conf }]', 'host-path'],
  ['volumes: ["${UPLOADS}:/data"]', 'variable-needed'],
  ['volumes: [{ source: "${UPLOADS}", target: /data }]', 'variable-needed'],
  ['volumes: [":/data"]', 'wrong-form'],
  ['deploy: { mode: global }', 'runs-everywhere'],
  ['extends: { service: y }', 'another-service'],
  ['environment: { A: "${A:?}" }', 'variable-needed'],
  ['ports: ["99999:1"]', 'wrong-form'],
  ['ports: ["8000-9000:8000-9000"]', 'wrong-form'],
  ['command: "sh -c \'x"', 'wrong-form'],
]

describe('a compose file', () => {
  test.each(COMPOSE)('with %s is refused: %s', (line, code) => {
    const text = `services:\n  x:\n    image: x:1\n    ${line}\n`
    expect(outcome(text)).toEqual({ codes: [code], made: 0 })
  })

  test('without an image is refused, once', () => {
    expect(outcome('services: { x: { build: . } }').codes).toEqual(['needs-image'])
    expect(outcome('services: { x: { restart: always } }').codes).toEqual(['needs-image'])
  })

  test('keeps the services of which nothing is refused, and one of each name', () => {
    const text = 'services: { a: { image: a, privileged: true }, b: { image: b }, B: { image: b } }'
    expect(outcome(text)).toEqual({ codes: ['privileged', 'name-taken'], made: 1 })
  })

  test('with what only looks like it is taken', () => {
    const text = `services:
  x:
    image: x:1
    privileged: false
    network_mode: bridge
    pid: ""
    ipc: private
    cap_add: [NET_BIND_SERVICE]
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    gpus: 0
    volumes: ["data:/data", "/anonymous", "/etc/localtime:/etc/localtime:ro"]
`
    expect(outcome(text)).toEqual({ codes: [], made: 1 })
  })
})

const RUN: [string, string][] = [
  ['--privileged', 'privileged'],
  ['--privileged=1', 'privileged'],
  ['--privileged=false --privileged', 'privileged'],
  ['--net=host', 'host-network'],
  ['--network bridge --network host', 'host-network'],
  ['--net container:y', 'shared-namespace'],
  ['--pid host', 'host-processes'],
  ['--ipc=host', 'host-memory'],
  ['--uts=host', 'host-names'],
  ['--userns=host', 'host-names'],
  ['--cap-add ALL', 'capability'],
  ['--device /dev/fuse', 'device'],
  ['--gpus all', 'gpus-uncounted'],
  ['--security-opt seccomp=unconfined', 'unconfined'],
  ['-v /:/host', 'host-path'],
  ['-v /var/run/docker.sock:/x', 'container-socket'],
  ['-v $(pwd):/x', 'needs-a-shell'],
  ['-v `pwd`:/x', 'needs-a-shell'],
  ['--mount type=bind,src=/etc,dst=/e', 'host-path'],
  ['-dv/:/host', 'host-path'],
  ['--nonsense', 'unknown-flag'],
  ['-Z', 'unknown-flag'],
  ['-e A=${A:?}', 'variable-needed'],
]

describe('docker run', () => {
  test.each(RUN)('%s is refused: %s', (flags, code) => {
    const { codes, made } = outcome(`docker run ${flags} x:1`)
    expect(codes[0]).toBe(code)
    expect(made).toBe(0)
  })

  test('without an image is refused', () => {
    expect(outcome('docker run -d').codes).toEqual(['needs-image'])
  })
})

const POD: [string, string][] = [
  ['hostNetwork: true', 'host-network'],
  ['hostPID: true', 'host-processes'],
  ['hostIPC: true', 'host-memory'],
  ['volumes: [{ name: a, hostPath: { path: / } }]', 'host-path'],
  ['volumes: [{ name: a, hostPath: { path: /var/run/docker.sock } }]', 'container-socket'],
  ['volumes: [{ name: a, nfs: { server: nas, path: /srv } }]', 'other-storage'],
  ['volumes: [{ name: a, csi: { driver: nfs.csi.k8s.io } }]', 'other-storage'],
  ['volumes: [{ name: a, iscsi: {} }]', 'other-storage'],
  ['securityContext: { seccompProfile: { type: Unconfined } }', 'unconfined'],
  ['securityContext: { windowsOptions: { hostProcess: true } }', 'privileged'],
]
const CONTAINER: [string, string][] = [
  ['securityContext: { privileged: true }', 'privileged'],
  ['securityContext: { capabilities: { add: [NET_ADMIN] } }', 'capability'],
  ['securityContext: { seccompProfile: { type: Unconfined } }', 'unconfined'],
  ['securityContext: { appArmorProfile: { type: Unconfined } }', 'unconfined'],
  ['securityContext: { procMount: Unmasked }', 'unconfined'],
  ['resources: { limits: { nvidia.com/gpu: half } }', 'gpus-uncounted'],
  ['resources: { limits: { squat.ai/fuse: 1 } }', 'device'],
  ['workingDir: srv', 'wrong-form'],
  ['volumeMounts: [{ name: a, mountPath: /a }]', 'not-there'],
  ['env: [{ name: A, value: "\\ud800" }]', 'does-not-fit'],
  ['volumeDevices: [{ name: a, devicePath: /dev/x }]', 'device'],
  ['env: [{ name: A, valueFrom: { configMapKeyRef: { name: no, key: a } } }]', 'not-there'],
  ['envFrom: [{ secretRef: { name: no } }]', 'not-there'],
]

describe('kubernetes', () => {
  const deployment = (pod: string, container: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: x }
spec:
  template:
    spec:
      ${pod}
      containers:
        - image: x:1
          ${container}
`
  test.each(POD)('a pod with %s is refused: %s', (line, code) => {
    expect(outcome(deployment(line, ''))).toEqual({ codes: [code], made: 0 })
  })
  test.each(CONTAINER)('a container with %s is refused: %s', (line, code) => {
    expect(outcome(deployment('', line))).toEqual({ codes: [code], made: 0 })
  })
  test.each([['DaemonSet', 'runs-everywhere']])('a %s is refused: %s', (kind, code) => {
    const text = `apiVersion: v1\nkind: ${kind}\nmetadata: { name: x }\nspec: {}\n`
    expect(outcome(text)).toEqual({ codes: [code], made: 0 })
  })
  test('what is taken of a container without any of it', () => {
    expect(outcome(deployment('hostNetwork: false', ''))).toEqual({ codes: [], made: 1 })
  })
})
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: variables of other languages.
