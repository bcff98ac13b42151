/** The flags of `docker run` and `podman run`, each with the field of a compose service that it is. */

export interface Flag {
  /** The field; `healthcheck.interval` lies in another. */
  field: string
  takes: 'nothing' | 'value' | 'values'
}

const NOTHING = `detach rm sig-proxy=sig_proxy quiet interactive=stdin_open tty privileged init
  publish-all read-only no-healthcheck=healthcheck.disable oom-kill-disable use-api-socket
  disable-content-trust`

const VALUE = `name entrypoint hostname domainname user workdir=working_dir restart
  memory=mem_limit memory-reservation=mem_reservation memory-swappiness=mem_swappiness
  cpus cpu-shares cpu-quota cpu-period cpu-rt-runtime cpu-rt-period cpu-count cpu-percent
  shm-size pids-limit mac-address pid ipc uts userns=userns_mode cgroupns=cgroup cgroup-parent
  gpus runtime isolation platform stop-signal stop-timeout=stop_grace_period oom-score-adj
  volume-driver detach-keys health-cmd=healthcheck.test health-interval=healthcheck.interval
  health-timeout=healthcheck.timeout health-retries=healthcheck.retries
  health-start-period=healthcheck.start_period health-start-interval=healthcheck.start_interval`

/** May be there several times, or share their field with another flag. */
const VALUES = `env=environment env-file publish=ports expose volume=volumes mount=volumes tmpfs
  label=labels label-file network=network_mode net=network_mode network-alias
  net-alias=network_alias ip ip6 link-local-ip=ip link=links add-host=extra_hosts
  dns dns-option=dns_opt dns-opt dns-search cap-add cap-drop security-opt device=devices
  device-cgroup-rule=device_cgroup_rules group-add ulimit=ulimits sysctl=sysctls
  log-driver=logging log-opt=logging cidfile=logging storage-opt volumes-from attach
  annotation=annotations pull=pull_policy memory-swap=memswap_limit kernel-memory=memswap_limit
  cpuset-cpus=cpuset cpuset-mems=cpuset blkio-weight=blkio_config
  blkio-weight-device=blkio_config device-read-bps=blkio_config device-write-bps=blkio_config
  device-read-iops=blkio_config device-write-iops=blkio_config`

/** By their long names, without the two dashes. */
export const FLAGS: ReadonlyMap<string, Flag> = new Map([
  ...flags(NOTHING, 'nothing'),
  ...flags(VALUE, 'value'),
  ...flags(VALUES, 'values'),
])

/** Single letters for long names. */
export const SHORT: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ d: 'detach', i: 'interactive', t: 'tty', P: 'publish-all', q: 'quiet', a: 'attach' },
    ...{ e: 'env', p: 'publish', v: 'volume', l: 'label', u: 'user', w: 'workdir' },
    ...{ h: 'hostname', m: 'memory', c: 'cpu-shares' },
  }),
)

function flags(list: string, takes: Flag['takes']): [string, Flag][] {
  return list.split(/\s+/).map((entry) => {
    const [flag = '', field = flag.replaceAll('-', '_')] = entry.split('=')
    return [flag, { field, takes }]
  })
}
