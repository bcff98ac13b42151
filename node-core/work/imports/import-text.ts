import { isCode } from '../../base/errors/index.ts'
import { validationError } from '../spec/index.ts'
import { readCompose } from './docker/compose.ts'
import { readDockerRun } from './docker/run.ts'
import { fileName } from './docker/service-rule.ts'
import type { GivenFiles } from './files.ts'
import { finish } from './finish.ts'
import type { Imported, ImportFormat, ImportRequest } from './index.ts'
import { readKubernetes } from './kubernetes/objects.ts'
import {
  COMMAND_LINES_LENGTH_MAX,
  TEXT_LENGTH_MAX,
  VARIABLE_LENGTH_MAX,
  VARIABLES_MAX,
} from './limits.ts'
import { createReport } from './report.ts'
import { field, type Tree } from './tree.ts'
import { createVariables } from './variables.ts'
import { readYaml } from './yaml.ts'

export function importText(request: ImportRequest): Imported {
  const { text, secretsInTheOpen = false } = request
  mustFit(request)
  const report = createReport()
  const variables = createVariables(request.variables ?? {})
  const given = { variables, files: filesOf(request) }
  const read = documentsIn(request)
  if (!read) {
    if (text.length > COMMAND_LINES_LENGTH_MAX) {
      throw wrong('text', `Command lines have at most ${COMMAND_LINES_LENGTH_MAX} letters.`)
    }
    const workloads = finish(readDockerRun(text, report, given))
    return { format: 'docker-run', workloads, report: report.lines() }
  }
  const { documents, format } = read
  const drafts =
    format === 'kubernetes'
      ? readKubernetes(documents, report, { secretsInTheOpen })
      : readCompose(documents, report, given)
  return { format, workloads: finish(drafts), report: report.lines() }
}

type DocumentFormat = Exclude<ImportFormat, 'docker-run'>

/**
 * Undefined where it is lines for a shell. Documents hold such lines too, as a script of a command or of a
 * ConfigMap: so what can be read as a document is one, and what only looks like one is told its mistake.
 */
function documentsIn({
  text,
  format,
}: ImportRequest): { documents: Tree[]; format: DocumentFormat } | undefined {
  if (format === 'docker-run') return undefined
  const mayBeLines = format === undefined && looksLikeRun(text) && !looksLikeDocument(text)
  try {
    const documents = readYaml(text)
    return { documents, format: format ?? formatOf(documents) }
  } catch (error) {
    if (mayBeLines && isCode(error, 'VALIDATION_ERROR')) return undefined
    throw error
  }
}

function filesOf({ files = {} }: ImportRequest): GivenFiles {
  return new Map(Object.entries(files).map(([name, file]) => [fileName(name), file]))
}

function mustFit({ text, variables = {} }: ImportRequest): void {
  if (text.length > TEXT_LENGTH_MAX) {
    throw wrong('text', `At most ${TEXT_LENGTH_MAX} letters; bring it in parts.`)
  }
  const entries = Object.entries(variables)
  if (entries.length > VARIABLES_MAX) throw wrong('variables', `At most ${VARIABLES_MAX} of them.`)
  if (entries.some(([, value]) => value.length > VARIABLE_LENGTH_MAX)) {
    throw wrong('variables', `At most ${VARIABLE_LENGTH_MAX} letters in one.`)
  }
}

function looksLikeRun(text: string): boolean {
  return /^[ \t]*(?:sudo )?(?:docker|podman) (?:container )?(?:run|create)\b/m.test(text)
}

function looksLikeDocument(text: string): boolean {
  return /^(?:services|apiVersion)[ \t]*:/m.test(text)
}

function formatOf(documents: readonly Tree[]): DocumentFormat {
  if (documents.some((one) => field(one, 'apiVersion') && field(one, 'kind'))) return 'kubernetes'
  if (documents.some((one) => field(one, 'services'))) return 'compose'
  const message =
    'Neither a compose file (it has services), docker run lines, nor Kubernetes objects (they have apiVersion and kind).'
  throw wrong('text', message)
}

function wrong(path: string, message: string) {
  return validationError([{ path, message }])
}
