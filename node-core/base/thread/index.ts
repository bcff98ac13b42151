/**
 * Work in a thread of its own, asked in questions. It begins with the first one and ends once nothing
 * was asked for a while. V8 collects each thread's heap alone: what passes through many buffers costs
 * little beside the small heap of such a thread, and much beside that of a whole node.
 *
 *     const thread = createThread<Question, Answer>(
 *       () => new Worker(new URL('./worker.ts', import.meta.url)),
 *       clock,
 *     )
 *     const answer = await thread.ask({ ask: 'digest', file })
 *
 * and in `worker.ts`: `answerEach<Question, Answer>(answerTo)`.
 */
export { answerEach } from './answering.ts'
export { createThread, type Thread } from './thread.ts'
