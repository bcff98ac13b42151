/** The entry of the thread of pieces. */
import { answerEach } from '../../base/thread/index.ts'
import { answerPiece } from './piece-work.ts'

answerEach(answerPiece)
