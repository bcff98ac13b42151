/**
 * What the container may in which a node that is not root has the firewall's programs run: the computer's
 * own programs, read-only, in its network, with the one capability that writes rules (docs/adr/0035).
 */
import { hostPrograms, mountOf } from './host-programs.ts'
import { FIREWALL_HANDS_MEMORY_BYTES, FIREWALL_HANDS_PIDS_MAX } from './limits.ts'

export type FirewallProfile = ReturnType<typeof firewallProfile>

/** Held by whoever writes rules in the older way: one lock for all of them. */
const LOCK = '/run/xtables.lock'

export function firewallProfile(
  image: string,
  labels: Record<string, string>,
  exists: (path: string) => boolean,
) {
  return {
    Image: image,
    Entrypoint: ['/usr/bin/env', 'sleep', 'infinity'],
    Env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C'],
    User: '0:0',
    Labels: labels,
    AttachStdin: false,
    OpenStdin: false,
    Tty: false,
    HostConfig: {
      Privileged: false,
      CapDrop: ['ALL'],
      CapAdd: ['NET_ADMIN', 'NET_RAW'],
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      NetworkMode: 'host',
      IpcMode: 'private',
      CgroupnsMode: 'private' as const,
      Tmpfs: { '/run': 'rw,noexec,nosuid,size=1m' },
      Mounts: [
        ...hostPrograms(exists),
        ...(exists(LOCK) ? [mountOf(LOCK, LOCK, { readOnly: false })] : []),
      ],
      Memory: FIREWALL_HANDS_MEMORY_BYTES,
      MemorySwap: FIREWALL_HANDS_MEMORY_BYTES,
      PidsLimit: FIREWALL_HANDS_PIDS_MAX,
      OomKillDisable: false,
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
      LogConfig: { Type: 'none', Config: {} },
    },
  }
}
