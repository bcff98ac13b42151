import { existsSync, readFileSync } from 'node:fs'

/** An image as its PNG bytes; nothing is ever decoded. */
export class NativeImage {
  readonly #png: Buffer

  constructor(png: Buffer) {
    this.#png = png
  }
  static fromPath(file: string): NativeImage {
    return new NativeImage(existsSync(file) ? readFileSync(file) : Buffer.alloc(0))
  }
  static fromDataURL(url: string): NativeImage {
    return new NativeImage(Buffer.from(url.split(',')[1] ?? '', 'base64'))
  }

  toPNG(): Buffer {
    return this.#png
  }
  toDataURL(): string {
    return `data:image/png;base64,${this.#png.toString('base64')}`
  }
  isEmpty(): boolean {
    return this.#png.length === 0
  }
  getSize(): { width: number; height: number } {
    if (this.#png.length < 24) return { width: 0, height: 0 }
    return { width: this.#png.readUInt32BE(16), height: this.#png.readUInt32BE(20) }
  }
  resize(): NativeImage {
    return this
  }
  setTemplateImage(): void {}
}
