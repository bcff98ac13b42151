/**
 * Everything that a report can say. A code has one verdict and does not change; its sentence is for
 * people, and a line may say it closer to the case.
 */
export type Verdict = 'kept' | 'changed' | 'ignored' | 'refused'

const RESTRICTED = 'Workloads share computers with strangers, and get the restricted profile.'

const kept = {
  kept: 'Taken as it is.',
  'always-so': 'So it is with every workload here.',
  'found-by-name': 'That workload is found by this name: it stands under “uses”.',
  'maybe-a-name':
    'A workload of this text has this name too. If that is meant, name it under “uses”.',
  'found-outside': 'That host is outside of the network: it stands under “egress”.',
  'own-name': 'Its own public name, by what the variable is called: not listed under “egress”.',
  'in-the-open':
    'Kept. It looks like a secret, and stands in the open in the manifest, for everybody who may read this network.',
}

const changed = {
  renamed: 'Names here have 1 to 63 of a-z, 0-9 and "-".',
  'port-on-loopback':
    'Reached through the edge, and under this number on the loopback of the computer that runs it; not from other machines directly.',
  'port-left-out':
    'This port of the computer is not taken: the edge leads to the workload by its name.',
  'number-follows':
    'How many there are follows from its HorizontalPodAutoscaler, if that names what there is here.',
  'retries-of-each': 'Counted for each slot here, not for all of the job together.',
  'retries-here': 'Attempts and waits are the job’s here: see job.retries.',
  'slot-known-otherwise':
    'Each slot has a number here too, in MYCELIUM_SLOT rather than JOB_COMPLETION_INDEX.',
  'late-start': 'As late as a week, and no later, it still begins here.',
  'starts-again':
    'No restart is said, so Docker leaves it as it ended. Here it is started again whenever it ends: say restart "no" of what is to run once, or make it a job.',
  'shorter-grace': 'Nothing may take longer than an hour to end.',
  'shorter-warm-up': 'A new copy counts once it has been ready for an hour at the latest.',
  'probe-restarts': 'Asked as the live probe: an instance that fails it is started again.',
  'asked-at-once':
    'Asked from the start: until it passes for the first time nothing is led there, and a live probe may fail for two minutes.',
  'probe-times': 'Moved into what a probe may be told.',
  'egress-closed':
    'Here it connects to nothing outside of the network but what stands under “egress”. Add what else it needs.',
  'capabilities-stay': 'Every container here has this capability: it is not dropped.',
  bounded: 'No bound was set, and nothing runs without one here.',
  'secret-to-set':
    'Its value does not come along: set it with mycelium secret set. Until then the workload waits.',
  'secret-not-brought':
    'Values of secrets do not come along, and stand in no manifest: set them with mycelium secret set.',
  'priority-mapped':
    'Priorities go from -1000 to 1000 here, and count among one owner’s workloads: see priority.',
  'share-counted': 'Counted as whole copies of those that are wanted now, rounded up.',
  inlined: 'Its value stands in the manifest now.',
  'file-in-manifest':
    'What it holds stands in the manifest now, as a file that is read and not written to.',
  'variable-missing': 'A variable in it was not given, and stands empty.',
  'one-of-its-kind':
    'Runs as a workload of equal instances: each keeps its own volumes, and none has a name of its own.',
  'shared-memory':
    'Here /dev/shm is half of its bound of memory, 64 MiB at least, and counts as its memory. If that is less than this, say more in resources.limits.',
  'scratch-in-memory': 'A folder in memory of its own, as large as it says or 64 MiB.',
  'shared-for-a-while':
    'Its containers share it as a volume of the copy. What is in it outlasts a new start here, where it would have been empty; and with volumes an old copy ends before the new one starts.',
  'kept-for-a-while':
    'A volume of the copy. What is in it outlasts a new start here, where it would have been empty; and with volumes an old copy ends before the new one starts.',
  'of-its-slots':
    'Here each of so many slots runs to its end; Kubernetes lets all of them end once one has ended well.',
  'gpus-unnamed': 'So many are leased; which ones is the computer’s to say.',
  'volume-local':
    'Each copy keeps this on the computer that runs it, and goes back there. What was in it elsewhere is not brought along.',
  'always-beside':
    'Here a new copy starts beside the old one, which ends when the new one is healthy; with volumes, a host port or a GPU the old one ends first.',
  'spread-over-sites': 'Zones are sites here: copies are spread over them first.',
  'near-as-a-wish':
    'Computers that run it are preferred; where none of them has room, it runs elsewhere.',
  'no-address':
    'It declares no port, and no other workload here names it: nothing leads to it. If it answers, declare its port (“ports” or “expose”).',
  'members-alone':
    'Nobody published its ports where it comes from, to more than its neighbours or the same computer: the edge leads members of this network alone to it. If everybody is to reach it, say edge.access "public".',
  'port-asked': 'Others ask it at this port, which is declared for it.',
  'ports-joined': 'Its ports were added to the workload that it leads to.',
  'answers-at-target':
    'There are no ports of Services here: the workload answers at its own port. Name that one where it is used.',
  'group-of-user': 'The group of runAsUser. Where that names no user, the image’s groups stay.',
  'root-not-excluded':
    'Not checked here, and no runAsUser says who it runs as: where the image names no user either, it runs as root in its container.',
}

const ignored = {
  'unknown-field': 'There is nothing like it here.',
  'unknown-kind': 'There is nothing like this kind of object here.',
  extension: 'A note for other programs. What was used of it stands where it is used.',
  'no-project': 'Workloads are called as the services are.',
  'other-profile': 'Left out, as compose does: its profile was not chosen.',
  'no-volumes':
    'A folder of this kind lies in the container itself: what is written there is gone when the instance is started again.',
  'no-files': 'Files of this kind are not handed to workloads: put it into the image.',
  'no-file-owner':
    'Files belong to whoever runs the node, and others read them as their mode says.',
  'no-clock-file': 'The clock of the computer is not handed in. Set TZ in the environment instead.',
  'no-networks': 'There is one network for all; each workload is apart from the others in it.',
  'no-network-rules':
    'Its rules are not read. Workloads here reach those that stand under “uses”, and outside what stands under “egress”.',
  'no-names': 'Not a name that is found here: workloads find those that stand under “uses”.',
  'no-copy-names':
    'A single copy has no name of its own here: name the workload where any of them will do, and make what has to be told apart a workload of its own.',
  'no-order':
    'Workloads start when there is room for them, in no order; this one is found by its name.',
  'no-builds': 'Nothing is built here: the image that is named must be there.',
  'no-volume-group':
    'Volumes are handed to no group: a new one belongs to whom the image gives that folder, or else to root, and then nobody but root writes to it.',
  'no-groups':
    'There are no further groups: what is closed to all but a group of these is closed to it.',
  'no-hostname': 'An instance is called by its id.',
  'no-init':
    'No process of the engine’s stands before it, so nobody ends children that it leaves: where it starts many, put an init such as tini into the image.',
  'no-terminal': 'There is no terminal.',
  'history-kept': 'As many runs are kept here as there is room for: 32 of each job.',
  'no-job-rule': 'Not a rule that jobs have here: see job.retries and job.deadlineMs.',
  'no-rollout':
    'Not a rule that updates have here: a new copy starts beside the old one, which ends when the new one is healthy; with volumes, a host port or a GPU the old one ends first.',
  'no-scaling':
    'Not a rule of scaling that there is here: see autoscale. It scales by the processor, requests, latency or a queue.',
  'no-priority-class': 'The class that it names is not in this text.',
  'no-placement':
    'Not a rule of place that there is here: see nodeSelector, and spread, apart and near in placement.',
  'no-field-refs':
    'An instance learns about itself through MYCELIUM_API. This variable is not set.',
  'no-probe-detail': 'Probes cannot be told this.',
  'no-lifecycle': 'There are no commands around start and stop.',
  'no-tuning': 'The computer’s owner decides this.',
  'no-restart-window':
    'Restarts are counted in a row until it has run for a minute, with 0.1 seconds to an hour between.',
  'no-namespaces':
    'There are no namespaces: names are one space for each owner, and workloads of others may be called the same.',
  'not-used': 'No workload in this text uses it.',
  'edge-names':
    'Every workload with a port has a host name of its own at every edge, by its own name. What is said here of other host names, paths and certificates is not taken: the owner of a computer gives it host names under which workloads are served by path (names under [edge] in its config.toml), and certificates of your own, each with the host names that it is for and the workloads that they lead to ([[edge.certificates]]).',
  'no-filters':
    'The edge changes no requests on their way and asks for no password: what this does is not done here. Where it kept people out, say who may come in (edge.access).',
  'other-file': 'It lies in another file, which was not given. What it says is missing.',
  'other-command': 'Only docker run is read.',
  'bad-variable-name': 'Not a name of a variable, or no text: this variable is not set.',
  'other-labels': 'Labels have keys of up to 63 and values of up to 255 letters.',
  'platform-labels': 'Nodes here do not carry this label.',
  'said-again': 'The same is said again later, which counts.',
  comment: 'A comment.',
}

const refused = {
  privileged: `It would own the computer that it runs on. ${RESTRICTED}`,
  'host-network': `It would stand in the home network of whoever runs it. ${RESTRICTED}`,
  'host-processes': `It would see and reach the programs of the computer. ${RESTRICTED}`,
  'host-memory': `It would share memory with the programs of the computer. ${RESTRICTED}`,
  'host-names': `It would share what sets it apart from the computer. ${RESTRICTED}`,
  'shared-namespace':
    'It would live inside another container. Name both as containers of one workload instead.',
  'host-path':
    'It names a folder of one computer, and workloads run on many and see none of their files. Put it into the image, or name a volume; one file below this text, mounted to be read alone, comes along where it is given too.',
  'container-socket': `Who holds this socket owns the computer. ${RESTRICTED}`,
  capability: `It asks for rights over the computer, beyond those that every container has. ${RESTRICTED}`,
  device: `It asks for a device of the computer. ${RESTRICTED} Graphics processors are leased whole by resources.gpus.`,
  unconfined: `It asks to have the bounds of its system calls removed. ${RESTRICTED}`,
  'shared-volume': 'Another workload names it too, and workloads share no volume.',
  'other-storage':
    'Storage elsewhere is not mounted, and what is written there would be gone with the instance. Claim it (persistentVolumeClaim): that becomes a volume of the workload, empty at first.',
  'init-containers':
    'Containers that run before the others and end are not there yet, and without what they prepare it would start half made. Let the image or the container’s own command prepare it, or a job before it, and take these out.',
  'needs-image': 'It names no image, and nothing is built here: build it, and name the image.',
  'another-service':
    'It is said in terms of another service. Bring what "docker compose config" prints.',
  'file-needed': 'It names a file whose content was not given.',
  'place-not-kept':
    'It says where this must run, or must not, by a rule that is not to be had here: it would run against it. See nodeSelector, and spread, apart and near in placement; take the rule out where it does not matter.',
  'not-there': 'What it refers to is not in this text.',
  'runs-everywhere':
    'There is no workload that runs once on every computer: say how many, as a Deployment.',
  'variable-needed': 'It needs a variable that was not given.',
  'needs-a-shell': 'What the shell would put in its place is not known here: write it out.',
  'unknown-flag': 'Not a flag of docker run; whether the next word belongs to it is not known.',
  'wrong-form': 'It has not the form that it should have.',
  'name-taken': 'Another workload in this text has this name already.',
  'gpus-uncounted':
    'All graphics processors of a computer are as many as each has: say how many, as a number.',
  'scaled-to-none':
    'Nothing of it is to run. What is wanted here has a copy at least: bring it when it is to run, or let it sleep while nobody asks for it (autoscale with min 0).',
  'secrets-clash':
    'Another value goes by this name in the same workload, whose secrets every container of it is handed.',
  'value-not-here':
    'It refers by $(…) to a variable whose value is not known here, and would stay with these letters.',
  'does-not-fit': 'It does not fit what a workload can be here.',
}

export type ReportCode =
  | keyof typeof kept
  | keyof typeof changed
  | keyof typeof ignored
  | keyof typeof refused

const rowsOf = (verdict: Verdict, sentences: Readonly<Record<string, string>>) =>
  Object.entries(sentences).map(([code, message]) => [code, { verdict, message }] as const)

/** Every code with what it means. */
export const CODES: ReadonlyMap<string, { verdict: Verdict; message: string }> = new Map([
  ...rowsOf('kept', kept),
  ...rowsOf('changed', changed),
  ...rowsOf('ignored', ignored),
  ...rowsOf('refused', refused),
])

export function messageFor(code: ReportCode): string {
  return CODES.get(code)?.message ?? ''
}
