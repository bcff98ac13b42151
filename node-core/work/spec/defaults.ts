/** What a workload gets when its author did not say. */
export const DEFAULT_REPLICAS = 1
export const DEFAULT_CPU_MILLIS = 100
export const DEFAULT_MEMORY_BYTES = 128 * 2 ** 20
export const DEFAULT_HEALTH_PERIOD_MS = 5_000
export const DEFAULT_HEALTH_TIMEOUT_MS = 2_000
/** Bundles answer this (contract: the program answers `GET /health`). */
export const DEFAULT_HEALTH_PATH = '/health'
/**
 * The declared port of a bundle that names none. The program itself listens where `PORT` in its
 * environment says; this number is only what the edge and the tunnel call that port.
 */
export const BUNDLE_PORT = 8_080
