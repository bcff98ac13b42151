/** What the container that holds a network may: less than any part of an instance. */
import { SANDBOX_MEMORY_BYTES, SANDBOX_PIDS_MAX } from './limits.ts'
import { attachedTo } from './profile.ts'

export interface SandboxRequest {
  labels: Record<string, string>
  /** Of the engine. */
  network: string
  /** Whether names of the outside are looked up. */
  resolves: boolean
}

export type SandboxProfile = ReturnType<typeof sandboxProfile>

const NOBODY = '65534:65534'
const PROGRAM_AT = '/sandbox'

/** It has no environment, publishes nothing, writes nothing and says nothing. */
export function sandboxProfile(
  { labels, network, resolves }: SandboxRequest,
  { image, program }: { image: string; program: string },
) {
  return {
    Image: image,
    Entrypoint: [PROGRAM_AT],
    User: NOBODY,
    Labels: labels,
    AttachStdin: false,
    OpenStdin: false,
    Tty: false,
    HostConfig: {
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      ...attachedTo({ kind: 'own', ports: [], hostPorts: {}, network, resolves }),
      IpcMode: 'private',
      CgroupnsMode: 'private' as const,
      Mounts: [{ Type: 'bind' as const, Source: program, Target: PROGRAM_AT, ReadOnly: true }],
      PublishAllPorts: false,
      Memory: SANDBOX_MEMORY_BYTES,
      MemorySwap: SANDBOX_MEMORY_BYTES,
      PidsLimit: SANDBOX_PIDS_MAX,
      OomKillDisable: false,
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
      LogConfig: { Type: 'none', Config: {} },
    },
  }
}
