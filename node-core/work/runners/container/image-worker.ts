/** The entry of the thread of images. */
import { answerEach } from '../../../base/thread/index.ts'
import { answerImage } from './image-work.ts'

answerEach(answerImage)
