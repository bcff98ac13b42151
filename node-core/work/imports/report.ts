/** What became of each thing that was brought, line by line. */
import { validationError } from '../spec/index.ts'
import { CODES, type ReportCode, type Verdict } from './codes.ts'
import { MESSAGE_LENGTH_MAX, PATH_LENGTH_MAX, REPORT_LINES_MAX } from './limits.ts'

export interface ReportLine {
  /** Where it stands in the text, from 1. */
  line: number
  /** `services.web.ports.0`, `Deployment/web.spec.replicas`, `docker run --publish`. */
  path: string
  verdict: Verdict
  code: ReportCode
  message: string
  /** The workload that it was said of, by the name that it has here. */
  workload?: string
}

/** A place in the text. */
export interface Place {
  line: number
  path: string
}

/** Takes lines about one workload, or about none. */
export interface Scope {
  say(at: Place, code: ReportCode, message?: string): void
  /** Something in it was refused: the workload is not made. */
  refused(): boolean
}

export interface Report {
  scope(workload?: string): Scope
  /** In the order of the text. */
  lines(): ReportLine[]
}

/** Throws VALIDATION_ERROR when there is more to say than anybody reads: nothing is left unsaid. */
export function createReport(): Report {
  const lines: ReportLine[] = []
  return {
    scope(workload) {
      let refused = false
      return {
        say({ line, path }, code, message) {
          const meaning = CODES.get(code) ?? { verdict: 'refused', message: code }
          if (meaning.verdict === 'refused') refused = true
          if (lines.length === REPORT_LINES_MAX) {
            throw validationError([{ path: 'text', message: 'Too long to be told line by line.' }])
          }
          lines.push({
            line,
            path: shortened(path, PATH_LENGTH_MAX),
            verdict: meaning.verdict,
            code,
            message: shortened(message ?? meaning.message, MESSAGE_LENGTH_MAX),
            ...(workload !== undefined && { workload }),
          })
        },
        refused: () => refused,
      }
    },
    lines: () => lines.toSorted((a, b) => a.line - b.line),
  }
}

/** Long names would be told again with each line that is about something in them. */
export function shortened(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`
}
