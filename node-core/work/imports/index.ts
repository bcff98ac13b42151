/**
 * What people bring from elsewhere (compose files, `docker run` lines, Kubernetes YAML), as
 * manifests, with a word about each line of it: kept, changed, ignored, or refused. Pure, and throws
 * VALIDATION_ERROR alone.
 *
 *     const { workloads, report } = importText({ text, variables: { TAG: '1.4' } })
 *     if (!report.some(({ verdict }) => verdict === 'refused')) deploy(workloads)
 */
import type { FileContent } from './files.ts'
import type { Manifest } from './manifest.ts'
import type { ReportLine } from './report.ts'

export type ImportFormat = 'compose' | 'docker-run' | 'kubernetes'

export interface ImportRequest {
  text: string
  /** Told from the text when it is not said. */
  format?: ImportFormat | undefined
  /** Filled in for `${NAME}` in compose files and command lines. */
  variables?: Readonly<Record<string, string>> | undefined
  /** Files that the text names or mounts, by the names that it gives them. */
  files?: Readonly<Record<string, FileContent>> | undefined
  /** Values of Kubernetes Secrets may stand in the manifests, for everybody to read. */
  secretsInTheOpen?: boolean | undefined
}

export interface Imported {
  format: ImportFormat
  /** Bodies of deploys, each of which would be taken. One of which something was refused is not there. */
  workloads: Manifest[]
  /** In the order of the text. */
  report: ReportLine[]
}

export type { Verdict } from './codes.ts'
export { variablesIn } from './docker/env-text.ts'
export type { FileContent } from './files.ts'
export { importText } from './import-text.ts'
export { TEXT_LENGTH_MAX, VARIABLE_LENGTH_MAX, VARIABLES_MAX } from './limits.ts'
export type { Manifest } from './manifest.ts'
export type { ReportLine } from './report.ts'
