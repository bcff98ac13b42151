/**
 * REST by the contract: what the HTTP door and the doors of instances have in common. Tokens, bodies
 * with a bound, answers in the contract's form, and the routes of keys, whose bodies are values.
 */
export {
  COMMON_HEADERS,
  type Exchange,
  errorBody,
  sendFailure,
  sendJson,
  sendText,
} from './answers.ts'
export { announcedLength, bounded, linger, readJson, tooLarge } from './body.ts'
export { findKeyRoute, type KeyRoute, restBodyBytesMax } from './key-values.ts'
export { BODY_BYTES_MAX } from './limits.ts'
export { createRestRoutes, type RestRoutes } from './routes.ts'
export { bearerOf, createTokenCheck } from './token.ts'
export { urlOf } from './url.ts'
