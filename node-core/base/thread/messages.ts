/** Between the two ends of one thread. */
export interface Asked<Question> {
  id: number
  question: Question
}

export type Answered<Answer> = { id: number; answer: Answer } | { id: number; failure: Failure }

export interface Failure {
  /** Of our own errors, and of the system's. */
  code: string | undefined
  ours: boolean
  message: string
}
