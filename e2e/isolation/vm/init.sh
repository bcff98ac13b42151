# Process 1 of the virtual machine: mounts what a system has mounted, starts an engine, and asks the
# lines of isolation. The checkout is read-only; what is written beside it is forgotten.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
mountpoint -q /proc || mount -t proc proc /proc
mountpoint -q /sys || mount -t sysfs sys /sys
mountpoint -q /dev || mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t tmpfs -o mode=755 run /run
mount -t securityfs securityfs /sys/kernel/security
mount -t cgroup2 cgroup2 /sys/fs/cgroup
# Elsewhere udev and systemd see to these.
modprobe loop
ip link set lo up
hostname isolation

mkdir -p /beside /mycelium
mount -t tmpfs beside /beside
mkdir /beside/upper /beside/work
mount -t overlay -o lowerdir=/checkout,upperdir=/beside/upper,workdir=/beside/work overlay /mycelium
cd /mycelium
export PATH=/mycelium/node_modules/.bin:$PATH
# On XFS with quotas for projects an engine holds what a container writes to a size.
truncate -s 4G /engine-disk
mkfs.xfs -q /engine-disk
mkdir -p /var/lib/docker
mount -o loop,pquota /engine-disk /var/lib/docker
dockerd >/var/log/dockerd.log 2>&1 &
for _ in $(seq 120); do docker version >/dev/null 2>&1 && break; sleep 1; done
node e2e/isolation/lines/run.ts
echo "The lines ended with $?."
echo o >/proc/sysrq-trigger
sleep 60
