/**
 * Preloaded into a real node (NODE_OPTIONS=--import), it makes a liar of it: one of the node's modules
 * is another one for whoever of the node imports it. Which, its address says (`register.mjs?lie=…`).
 */
import { registerHooks } from 'node:module'

/** Who of the node imports what, and what stands in its place. */
const LIES = {
  /** Two engines, each heard by a part of the committee. */
  engine: {
    by: /node-core\/control\/primary\/engine\.ts$/,
    of: '../consensus/simplex/index.ts',
    place: './engine.ts',
  },
  /** What its Primary says to others goes through a network of lies; nobody can prove anything to it. */
  primary: {
    by: /node-core\/primary-side\.ts$/,
    of: './control/primary/index.ts',
    place: './primary.ts',
  },
  /** What it has of images and bundles it gives otherwise than it is. */
  pieces: {
    by: /node-core\/storage\/blobs\/blob-store\.ts$/,
    of: './serving.ts',
    place: './pieces.ts',
  },
}
const { by, of, place } = LIES[new URL(import.meta.url).searchParams.get('lie')]

registerHooks({
  resolve(specifier, context, next) {
    const isTheNodes = specifier === of && by.test(context.parentURL ?? '')
    if (!isTheNodes) return next(specifier, context)
    return next(new URL(place, import.meta.url).href, context)
  },
})
