/**
 * Graphics processors of this computer, each leased whole: to one container or one program, which is given
 * its device files, and nobody else has the same while that runs. The runners of both kinds share one
 * `GpuLeases`, and each tells who has what in what it runs.
 *
 *     const leases = createGpuLeases(grantedGpus('all'))
 *     leases.toldBy(async () => ['renderD128'])
 *     const { gpus, release } = await leases.take(1)
 */
export { createGpuLeases, type GpuLeases, type Lease } from './gpu-leases.ts'
export { deviceListing, findGpus, type Gpu, grantedGpus, groupsOf } from './gpus.ts'
