/** For a terminal: who wrote the value may be anybody, and shall not command the reader's screen. */
export function valueText({ value }: { value: string }): string {
  return Buffer.from(value, 'base64').toString().replace(COMMANDS_OF_TERMINALS, '\u{fffd}')
}

const COMMANDS_OF_TERMINALS = /(?![\n\t])\p{Cc}/gu
