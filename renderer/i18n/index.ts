/**
 * All words of the window. English is complete and its shape is the type of every other language;
 * keys are checked by the compiler. `pseudo` is English made strange and longer, to find words that
 * escaped and layouts that break.
 */
export { createText, LANGUAGES, type Text, type TextKey, TextProvider, useText } from './text.ts'
