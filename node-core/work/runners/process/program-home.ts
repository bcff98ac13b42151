/** Where a program lies, works and finds things: in a shelter, or on the computer as it is. */
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { MyceliumError } from '../../../base/errors/index.ts'
import { extractProgram, type VerifiedBundle } from '../../bundles/index.ts'
import { type ConfigFile, diskBytesOf, type Workload } from '../../spec/index.ts'
import { FILES_FOLDER, type InstanceAccess, placeConfigFiles } from '../index.ts'
import { placeDevices } from './devices.ts'
import { makeDiskImage } from './disk-image.ts'
import { LANDLOCK } from './landlock.ts'
import type { Confinement } from './launch.ts'
import { makeFolders, makePlaces, writeInto } from './own-files.ts'
import type { InstanceRecord } from './record.ts'
import {
  DOOR_AT,
  mountTable,
  PROGRAM_AT,
  RUNTIME_AT,
  type Shelter,
  type ShownVolume,
  WORK_AT,
} from './shelter.ts'
import type { Surroundings } from './surroundings.ts'
import { openToOthers } from './work-folder.ts'

/** As the program sees it. */
export interface ProgramHome {
  program: string
  work: string
  runtime: string | undefined
  door: string | undefined
  /** The table of what is mounted for it, a path of this computer; absent without a shelter. */
  table?: string
}

/** Where it is to run, its shelter known. */
export type Ground = Omit<Surroundings, 'shelter'> & { shelter: Shelter | undefined }

export interface HomeRequest {
  around: Ground
  record: InstanceRecord
  bundle: VerifiedBundle
  access: InstanceAccess | undefined
  /** The instance's folder in the home. */
  folder: string
  workload: Workload
  volumes: readonly ShownVolume[]
}

/** What a bundle asks to be kept to and this computer cannot do is refused by name. */
export function refuseUnkept({ manifest }: VerifiedBundle, around: Ground): void {
  const { lsm_profile: profile, read_only_fs: readOnly } = manifest.security
  const obstacle = profile && obstacleTo(profile, around)
  if (obstacle) {
    throw new MyceliumError('NOT_SUPPORTED', obstacle, { details: { reason: 'lsm_profile' } })
  }
  if (readOnly && !around.shelter) {
    const message =
      'The bundle asks for a read-only file system, and this computer has no namespaces for programs.'
    throw new MyceliumError('NOT_SUPPORTED', message, { details: { reason: 'read_only_fs' } })
  }
}

/** As it is, this computer would show them to every program, and no program where it expects them. */
export function refuseUnshown({ volumes }: Pick<Workload, 'volumes'>, around: Ground): void {
  if (!volumes || volumes.length === 0 || around.shelter) return
  const message =
    'The program keeps volumes, and this computer has no namespaces for programs, in which alone it could see its own.'
  throw new MyceliumError('NOT_SUPPORTED', message, { details: { reason: 'volumes' } })
}

function obstacleTo(profile: string, around: Ground): string | undefined {
  if (profile === LANDLOCK) {
    if (around.shelter && around.landlock) return undefined
    return 'The bundle asks to be kept by “landlock”, and this computer cannot: it takes a shelter, a kernel with Landlock and util-linux 2.41.'
  }
  if (!around.profileFile) {
    return `The bundle asks for the security profile “${profile}”, and this computer has no AppArmor to apply it.`
  }
  return /^[\x21-\x7e]{1,256}$/.test(profile)
    ? undefined
    : 'The security profile that the bundle names cannot be the name of one.'
}

/** Of what was not refused. */
export function confinementOf(
  { manifest }: VerifiedBundle,
  { profileFile: file }: Ground,
): Confinement | undefined {
  const { lsm_profile: name } = manifest.security
  if (name === LANDLOCK) return { by: 'landlock' }
  return name && file !== undefined ? { by: 'apparmor', name, file } : undefined
}

/** Makes what a program needs; its working folder is there already. */
export async function makeHome(request: HomeRequest): Promise<ProgramHome> {
  const { shelter } = request.around
  return shelter ? makeSheltered(shelter, request) : makeOpen(request)
}

async function makeOpen(request: HomeRequest): Promise<ProgramHome> {
  const { around, record, bundle, access } = request
  const program = await extractProgram(bundle, record.workFolder)
  await writeInto(record, filesOf(request))
  return {
    // `env` would take a path with a `=` for a variable.
    program: `./${basename(program)}`,
    work: record.workFolder,
    runtime: around.runtimeFolder,
    door: access?.folder,
  }
}

async function makeSheltered(shelter: Shelter, request: HomeRequest): Promise<ProgramHome> {
  const { around, record, bundle, access, folder, volumes } = request
  const programFolder = join(folder, 'program')
  await openToOthers(programFolder, 0o755)
  const program = await extractProgram(bundle, programFolder)
  const seen = around.runtimeFolder?.startsWith('/usr/') ?? false
  const runtime = seen ? undefined : around.runtimeFolder
  const table = join(folder, 'fstab')
  const files = await placeConfigFiles(join(folder, FILES_FOLDER), filesOf(request))
  await makePlaces(record, files)
  await makeFolders(
    record,
    volumes.map(({ path }) => path),
  )
  const own = {
    work: await makeWork(shelter, request),
    workReadOnly: bundle.manifest.security.read_only_fs,
    ...{ program: programFolder, runtime, door: access?.folder, files, volumes },
    ...(record.gpus && { devices: await placeDevices(join(folder, 'devices'), record.gpus) }),
  }
  await writeFile(table, mountTable(shelter, own), { mode: 0o600 })
  return {
    program: join(PROGRAM_AT, basename(program)),
    work: WORK_AT,
    runtime: runtime === undefined ? around.runtimeFolder : RUNTIME_AT,
    door: access && DOOR_AT,
    table,
  }
}

function filesOf({ workload }: HomeRequest): readonly ConfigFile[] {
  return workload.parts[0].files ?? []
}

async function makeWork({ mkfs }: Shelter, { record, folder, workload }: HomeRequest) {
  if (!mkfs) return { folder: record.workFolder }
  const image = join(folder, 'disk')
  const { workFolder: from, userId } = record
  await makeDiskImage(mkfs, { image, from, userId, bytes: diskBytesOf(workload.parts[0]) })
  return { image }
}

/** What a program may rely on. `PORT` is where it listens for its first declared port. */
export function ownVariables(
  { ports, id }: InstanceRecord,
  { work, runtime }: ProgramHome,
  firstPort: number | undefined,
): Record<string, string> {
  const path = [runtime, '/usr/local/bin', '/usr/bin', '/bin'].filter(Boolean)
  const first = firstPort === undefined ? undefined : ports[String(firstPort)]
  const each = Object.entries(ports).map(([declared, actual]) => [`PORT_${declared}`, `${actual}`])
  return {
    PATH: path.join(':'),
    HOME: work,
    TMPDIR: `${work}/tmp`,
    HOST: '127.0.0.1',
    ...(first === undefined ? {} : { PORT: String(first) }),
    ...Object.fromEntries(each),
    HOSTNAME: id,
  }
}
