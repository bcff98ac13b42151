/** One message: a published bundle is the largest, with its frame. */
export const MESSAGE_BYTES_MAX = 520 * 1024 * 1024
