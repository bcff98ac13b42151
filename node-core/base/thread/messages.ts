/** Between the two ends of one thread. */
export interface Asked<Question> {
  id: number
  question: Question
}

export type Answered<Answer> =
  | { id: number; answer: Answer }
  /** `code`: of our own errors, and of the system's. */
  | { id: number; failure: { code: string | undefined; ours: boolean; message: string } }
